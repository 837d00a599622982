using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <content>The cache as a target of images.</content>
public sealed partial class ImageCache
{
    internal Task<bool> HasBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return Blobs.ReserveAsync([descriptor], cancellationToken);
    }

    internal async Task<Digest?> FindPublishedAsync(ImageReference name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        var text = name.ToString();
        var entry = await RunAsync(
            () => _index.Read().Entries.FirstOrDefault(entry => entry.IsNamed(text)), cancellationToken).ConfigureAwait(false);
        return entry is not null && await IsCompleteAsync(entry.Descriptor, cancellationToken).ConfigureAwait(false) ? entry.Digest : null;
    }

    internal Task<BlobIdentity> WriteBlobAsync(BlobSource blob, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blob);
        return Blobs.WriteAsync(blob, cancellationToken);
    }

    internal Task PutManifestAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return Blobs.WriteAsync(manifest.Digest, manifest.Raw, cancellationToken);
    }

    /// <summary>
    /// Writes a manifest and adds it to the index under a name; an existing image of the name loses it. A name without tag
    /// and digest becomes name@digest.
    /// </summary>
    /// <exception cref="IncompleteImageException">A blob of the image is missing; the index was not changed.</exception>
    internal Task PublishAsync(Manifest manifest, ImageReference name, Digest? source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(name);
        return PublishAsync(manifest, name, source, null, cancellationToken);
    }

    private async Task PublishAsync(
        Manifest manifest, ImageReference name, Digest? source, Digest? referrerOf, CancellationToken cancellationToken)
    {
        var full = name is { Tag: null, Digest: null } ? name.WithDigest(manifest.Digest) : name;
        await PutManifestAsync(manifest, cancellationToken).ConfigureAwait(false);
        var entry = CacheEntry.Create(manifest, full.ToString(), source, _options.TimeProvider.GetUtcNow(), referrerOf);
        await _index.ChangeAsync(
            draft =>
            {
                // Under the lock, so that no garbage collection happens between the check and the change.
                ThrowIfIncomplete(manifest, full);
                if (referrerOf is null || !draft.Entries.Any(other => IsImage(other, entry)))
                {
                    draft.Put(entry);
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    // An image that was saved separately is kept as an image.
    private static bool IsImage(CacheEntry other, CacheEntry entry) =>
        other.ReferrerOf is null && other.Digest == entry.Digest && other.IsNamed(entry.Name!);

    // True if a manifest is in the cache with all its blobs, which are then kept from garbage collection for a while.
    private async Task<bool> IsCompleteAsync(Descriptor manifest, CancellationToken cancellationToken)
    {
        var walk = await RunAsync(() => ImageWalk.From(manifest, Blobs, _manifests), cancellationToken).ConfigureAwait(false);
        return walk.IsComplete && walk.Manifests.Count > 0 && await Blobs.ReserveAsync(walk.Blobs, cancellationToken).ConfigureAwait(false);
    }

    private void ThrowIfIncomplete(Manifest manifest, ImageReference name)
    {
        var walk = ImageWalk.From(manifest, Blobs, _manifests);
        if (!Blobs.Contains(manifest.Descriptor))
        {
            walk.Missing.Insert(0, manifest.Descriptor);
        }

        if (walk.Damaged is [var damaged, ..])
        {
            throw CacheErrors.DamagedImage(name, damaged.Problem);
        }

        if (walk.Missing.Count > 0)
        {
            throw CacheErrors.Incomplete(Path, name, walk.Missing);
        }
    }
}
