using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives.Docker;

/// <summary>Determines which images a docker archive can contain.</summary>
internal static class DockerImages
{
    /// <summary>The manifest of an image that a docker archive can contain.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="archive">The name of the archive in messages.</param>
    /// <exception cref="UnsupportedContentException">It is an index, an artifact, or has foreign or unknown layers.</exception>
    public static ImageManifest Require(Manifest manifest, string archive) => manifest switch
    {
        ImageIndex => throw Unsuitable(manifest, archive, "an index, and a docker archive has one platform per image"),
        ImageManifest { IsImage: false } => throw Unsuitable(manifest, archive, "an artifact, which docker can't load"),
        ImageManifest image when image.Layers.Any(layer => layer.IsExternal) => throw Unsuitable(
            manifest, archive, "an image with foreign layers that are stored elsewhere, which a docker archive can't leave out"),
        ImageManifest image when image.Layers.FirstOrDefault(
            layer => !MediaTypes.IsLayer(layer.MediaType) && !MediaTypes.IsForeign(layer.MediaType)) is { } layer => throw Unsuitable(
                manifest, archive, $"an image with a layer of the type '{layer.MediaType}', which can't be decompressed"),
        _ => (ImageManifest)manifest,
    };

    /// <summary>The error for an image that a docker archive can't contain.</summary>
    public static UnsupportedContentException Unsuitable(Manifest manifest, string archive, string what) => new(
        $"{manifest.Digest} can't be written to the docker archive '{archive}': it is {what}.",
        "Write it in the OCI format, or select one platform of the image first.");
}
