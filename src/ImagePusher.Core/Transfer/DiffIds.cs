using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>Finds the digests of plain layers, which only an image's config has.</summary>
internal static class DiffIds
{
    public static IReadOnlyDictionary<Digest, Digest> None { get; } = new Dictionary<Digest, Digest>();

    /// <summary>The diff IDs of all compressed layers of an image, by the layers' digests.</summary>
    /// <exception cref="InvalidImageArchiveException">A config does not name as many layers as its manifest.</exception>
    public static async Task<IReadOnlyDictionary<Digest, Digest>> ReadAsync(IImageSource source, ImageTree tree, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Digest, Digest>();
        foreach (var image in tree.Images.Where(image => image.IsImage))
        {
            var raw = await BlobReader.ReadAsync(source, image.Config, ImageConfig.MaximumSize, cancellationToken).ConfigureAwait(false);
            var diffIds = ImageConfig.Parse(raw).DiffIds;
            if (diffIds.Count != image.Layers.Count)
            {
                throw new InvalidImageArchiveException(
                    $"The config {image.Config.Digest} of {source.Description} names {diffIds.Count} layers, and its manifest {image.Layers.Count}.",
                    "The image is damaged or of a kind that has no plain layers; export it in the OCI form.");
            }

            foreach (var (layer, diffId) in image.Layers.Zip(diffIds).Where(pair => !MediaTypes.IsPlainLayer(pair.First.MediaType) && MediaTypes.IsLayer(pair.First.MediaType)))
            {
                found[layer.Digest] = diffId;
            }
        }

        return found;
    }
}
