using ImagePusher.Core;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Pipeline;

/// <summary>Verifies the signature policies for a cached image whose content is copied again.</summary>
internal static class RepairVerification
{
    /// <summary>Returns normally if the image may be repaired.</summary>
    /// <param name="policies">The policies.</param>
    /// <param name="origin">The image where its content is copied from.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="entry">The image in the cache.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SignatureRejectedException">It must not be repaired.</exception>
    /// <exception cref="ImagePusherException">The decision failed.</exception>
    public static async Task RunAsync(
        CopyPolicies policies, ImageSelection origin, ImageCache cache, CacheEntry entry, CancellationToken cancellationToken)
    {
        if (policies.For(origin, null) is not { } policy)
        {
            return;
        }

        try
        {
            await VerifyAsync(origin.Root).ConfigureAwait(false);
        }
        catch (ImagePusherException error) when (error is SignatureRejectedException or ManifestNotFoundException)
        {
            // A platform was saved because its index was accepted, and an index that was rewritten here exists nowhere else.
            if (await FindIndexAsync(origin.Source, cache, entry, cancellationToken).ConfigureAwait(false) is not { } index)
            {
                throw;
            }

            await VerifyAsync(index.Descriptor).ConfigureAwait(false);
        }

        Task VerifyAsync(Descriptor manifest) => policy.VerifyAsync(origin.Referrers, origin.Name, manifest, cancellationToken);
    }

    // The origin that the cache records is not trusted: the index itself must reference all of the image.
    private static async Task<ImageIndex?> FindIndexAsync(
        IImageSource source, ImageCache cache, CacheEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            if (entry.SourceDigest is not { } digest
                || await source.ResolveAsync(digest.ToString(), cancellationToken).ConfigureAwait(false) is not ImageIndex index)
            {
                return null;
            }

            IEnumerable<Digest> needed = MediaTypes.IsIndex(entry.Descriptor.MediaType)
                ? (await cache.GetManifestAsync(entry.Descriptor, cancellationToken).ConfigureAwait(false))
                    .References.Select(reference => reference.Digest)
                : [entry.Digest];
            var known = index.Manifests.Select(child => child.Digest).ToHashSet();
            return needed.All(known.Contains) ? index : null;
        }
        catch (ImagePusherException error) when (error is ManifestNotFoundException or CacheCorruptException or DigestMismatchException)
        {
            return null;
        }
    }
}
