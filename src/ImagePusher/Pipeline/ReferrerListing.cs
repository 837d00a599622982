using System.Runtime.CompilerServices;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Output;

namespace ImagePusher.Pipeline;

/// <summary>The referrers of a manifest as objects: those that the registry lists, then those that cosign links by tag.</summary>
internal static class ReferrerListing
{
    /// <summary>Lists referrers.</summary>
    /// <param name="source">The repository.</param>
    /// <param name="reference">The name of the image.</param>
    /// <param name="subject">The digest that they refer to.</param>
    /// <param name="artifactType">The type of those that are listed; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static async IAsyncEnumerable<RegistryReferrer> ReadAsync(
        IReferrerSource source, ImageReference reference, Digest subject, string? artifactType,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var referrer in await source.GetReferrersAsync(subject, artifactType, cancellationToken).ConfigureAwait(false))
        {
            yield return RegistryReferrer.Of(reference, subject, referrer, tag: null);
        }

        foreach (var tagged in await source.GetTaggedReferrersAsync(subject, cancellationToken).ConfigureAwait(false))
        {
            // Only the layers of such a manifest determine its type.
            var manifest = await source.GetManifestAsync(tagged.Manifest, cancellationToken).ConfigureAwait(false);
            var type = manifest.ArtifactType ?? (manifest is ImageManifest { Layers: [var first, ..] } ? first.MediaType : null);
            if (artifactType is null || artifactType == type)
            {
                var descriptor = manifest.Descriptor with { ArtifactType = type, Annotations = manifest.Annotations };
                yield return RegistryReferrer.Of(reference, subject, descriptor, tagged.Tag);
            }
        }
    }
}
