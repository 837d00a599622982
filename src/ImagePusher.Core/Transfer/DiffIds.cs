using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>Finds the digests of uncompressed layers, which only an image's config has.</summary>
internal static class DiffIds
{
    public static IReadOnlyDictionary<Digest, Digest> None { get; } = new Dictionary<Digest, Digest>();

    /// <summary>The diff IDs of all compressed layers of an image, by the layers' digests.</summary>
    /// <exception cref="UnsupportedContentException">A layer cannot be decompressed, or a config does not match its manifest.</exception>
    public static async Task<IReadOnlyDictionary<Digest, Digest>> ReadAsync(
        IImageSource source, ImageTree tree, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Digest, Digest>();
        foreach (var image in tree.Images.Where(image => image.IsImage))
        {
            if (image.Layers.FirstOrDefault(layer => layer.IsExternal || tree.Absent.Contains(layer.Digest)) is { } elsewhere)
            {
                throw new UnsupportedContentException(
                    $"The image {image.Digest} of {source.Description} has the foreign layer {elsewhere.Digest}, which is stored elsewhere "
                    + "and which a docker archive can't leave out.",
                    "Keep the image as it is, for example in an OCI archive.");
            }

            var raw = await BlobReader.ReadAsync(source, image.Config, ImageConfig.MaximumSize, cancellationToken).ConfigureAwait(false);
            var diffIds = Parse(raw, image.Config.Digest, source).DiffIds;
            if (diffIds.Count != image.Layers.Count)
            {
                throw new UnsupportedContentException(
                    $"The config {image.Config.Digest} of {source.Description} lists {diffIds.Count} layers, "
                    + $"but its manifest has {image.Layers.Count}.",
                    "The image is damaged or cannot be uncompressed; keep its layers as they are, for example in an OCI archive.");
            }

            foreach (var (layer, diffId) in image.Layers.Zip(diffIds).Where(pair => IsCompressed(pair.First, source)))
            {
                found[layer.Digest] = diffId;
            }
        }

        return found;
    }

    /// <summary>Parses the config of an image.</summary>
    /// <exception cref="UnsupportedContentException">It is not a config that can be read.</exception>
    public static ImageConfig Parse(byte[] raw, Digest digest, IImageSource source)
    {
        try
        {
            return ImageConfig.Parse(raw);
        }
        catch (FormatException error)
        {
            throw new UnsupportedContentException(
                $"The config {digest} of {source.Description} cannot be read: {error.Message}.",
                "Create the image again with a current tool.", error);
        }
    }

    private static bool IsCompressed(Descriptor layer, IImageSource source) =>
        MediaTypes.IsLayer(layer.MediaType) ? !MediaTypes.IsPlainLayer(layer.MediaType)
        : MediaTypes.IsForeign(layer.MediaType) ? !layer.IsExternal && !layer.MediaType.EndsWith(".tar", StringComparison.Ordinal)
        : throw new UnsupportedContentException(
            $"The layer {layer.Digest} of {source.Description} has the media type '{layer.MediaType}', which cannot be decompressed.",
            "Keep the layers as they are, for example in an OCI archive.");
}
