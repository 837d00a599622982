using System.Collections;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Output;

/// <summary>A manifest or an index of a registry.</summary>
public sealed class RegistryManifest
{
    /// <summary>The full name that was requested; binds to -Reference.</summary>
    public required string Reference { get; init; }

    /// <summary>Its digest.</summary>
    public required string Digest { get; init; }

    /// <summary>Its media type.</summary>
    public required string MediaType { get; init; }

    /// <summary>The size of <see cref="Raw"/> in bytes; <see cref="Layers"/> has the sizes of the content.</summary>
    public long Size { get; init; }

    /// <summary>The platforms: one for an image, all of an index.</summary>
    public required TextList<string> Platform { get; init; }

    /// <summary>The layers, lowest first; empty for an index.</summary>
    public required TextList<ManifestEntry> Layers { get; init; }

    /// <summary>The manifests of an index; empty for an image.</summary>
    public required TextList<ManifestEntry> Manifests { get; init; }

    /// <summary>The annotations by name.</summary>
    public required IDictionary Annotations { get; init; }

    /// <summary>The unchanged bytes.</summary>
    public required byte[] Raw { get; init; }

    /// <summary>The full name.</summary>
    public override string ToString() => Reference;

    /// <summary>Reads a manifest; of an index the one for a platform, if one is specified.</summary>
    internal static async Task<RegistryManifest> GetAsync(
        RegistryRepository repository, ImageReference reference, IReadOnlyList<Platform> platforms, CancellationToken cancellationToken)
    {
        var manifest = await repository.ResolveAsync(reference.TagOrDigest!, cancellationToken).ConfigureAwait(false);
        if (manifest is ImageIndex index && platforms.Count > 0)
        {
            var chosen = await new PlatformSelector(repository, repository.GetManifestAsync)
                .SelectAsync(index, platforms, cancellationToken).ConfigureAwait(false);
            manifest = await repository.GetManifestAsync(chosen[0], cancellationToken).ConfigureAwait(false);
        }

        var platform = manifest is ImageManifest { IsImage: true } image
            ? [await PlatformOfAsync(repository, image, cancellationToken).ConfigureAwait(false)]
            : PlatformsOf(manifest);
        return Of(reference, manifest, platform);
    }

    private static RegistryManifest Of(ImageReference reference, Manifest manifest, IEnumerable<Platform> platforms) => new()
    {
        Reference = reference.ToString(),
        Digest = manifest.Digest.ToString(),
        MediaType = OutputText.Of(manifest.MediaType),
        Size = manifest.Raw.Length,
        Platform = OutputText.List(platforms),
        Layers = Entries(null, (manifest as ImageManifest)?.Layers),
        Manifests = Entries(reference, (manifest as ImageIndex)?.Manifests),
        Annotations = new AnnotationTable(manifest.Annotations),
        Raw = manifest.Raw.ToArray(),
    };

    private static TextList<ManifestEntry> Entries(ImageReference? index, IReadOnlyList<Descriptor>? descriptors) =>
        new([.. (descriptors ?? []).Select(descriptor => ManifestEntry.Of(index, descriptor))]);

    private static IEnumerable<Platform> PlatformsOf(Manifest manifest) => manifest is ImageIndex index
        ? index.Manifests.Select(entry => entry.Platform).OfType<Platform>().Where(platform => !platform.IsUnknown).Distinct()
        : [];

    private static async Task<Platform> PlatformOfAsync(
        RegistryRepository repository, ImageManifest image, CancellationToken cancellationToken)
    {
        var raw = await BlobReader.ReadAsync(repository, image.Config, ImageConfig.MaximumSize, cancellationToken).ConfigureAwait(false);
        return ImageConfig.Parse(raw).Platform;
    }
}
