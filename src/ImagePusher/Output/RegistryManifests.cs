using System.Collections;
using ImagePusher.Core;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;

namespace ImagePusher.Output;

/// <summary>Makes the objects of registries' manifests.</summary>
internal static class RegistryManifests
{
    /// <summary>Reads a manifest; of an index the one for a platform, if one is wanted.</summary>
    public static async Task<RegistryManifest> GetAsync(
        RegistryRepository repository, ImageReference reference, IReadOnlyList<Platform> platforms, CancellationToken cancellationToken)
    {
        var manifest = await repository.ResolveAsync(reference.TagOrDigest!, cancellationToken).ConfigureAwait(false);
        if (manifest is ImageIndex index && platforms.Count > 0)
        {
            var chosen = index.Select(platforms, out var missing).FirstOrDefault(entry => !entry.IsAttestation);
            manifest = missing.Count == 0
                ? await repository.GetManifestAsync(chosen!, cancellationToken).ConfigureAwait(false)
                : throw new PlatformNotFoundException(
                    $"{reference} has no image for {missing[0]}; it has {string.Join(", ", PlatformsOf(index))}.", "Choose one of these platforms with -Platform.");
        }

        var platform = manifest is ImageManifest { IsImage: true } image
            ? [await PlatformOfAsync(repository, image, cancellationToken).ConfigureAwait(false)]
            : PlatformsOf(manifest).ToArray();
        return Of(reference, manifest, platform);
    }

    private static RegistryManifest Of(ImageReference reference, Manifest manifest, string[] platform) => new()
    {
        Reference = reference.ToString(),
        Digest = manifest.Digest.ToString(),
        MediaType = manifest.MediaType,
        Size = manifest.Raw.Length,
        Platform = platform,
        Layers = manifest is ImageManifest image ? [.. image.Layers.Select(layer => Entry(null, layer))] : [],
        Manifests = manifest is ImageIndex index ? [.. index.Manifests.Select(entry => Entry(reference, entry))] : [],
        Annotations = new Hashtable(manifest.Annotations.ToDictionary(pair => (object)pair.Key, pair => (object)pair.Value)),
        Raw = manifest.Raw.ToArray(),
    };

    private static ManifestEntry Entry(ImageReference? index, Descriptor descriptor) => new()
    {
        Reference = index?.WithDigest(descriptor.Digest).ToString(),
        Digest = descriptor.Digest.ToString(),
        MediaType = descriptor.MediaType,
        Size = descriptor.Size,
        Platform = descriptor.Platform?.ToString(),
    };

    private static IEnumerable<string> PlatformsOf(Manifest manifest) =>
        manifest is ImageIndex index ? index.Manifests.Where(entry => entry.Platform is { IsUnknown: false }).Select(entry => entry.Platform!.ToString()).Distinct() : [];

    private static async Task<string> PlatformOfAsync(RegistryRepository repository, ImageManifest image, CancellationToken cancellationToken)
    {
        var raw = await BlobReader.ReadAsync(repository, image.Config, ImageConfig.MaximumSize, cancellationToken).ConfigureAwait(false);
        return ImageConfig.Parse(raw).Platform.ToString();
    }
}
