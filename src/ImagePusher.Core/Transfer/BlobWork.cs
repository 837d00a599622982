using ImagePusher.Core.Compression;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>One blob that a copy has to see to.</summary>
/// <param name="Blob">The blob as the source has it.</param>
/// <param name="IsLayer">True for a layer, false for a config.</param>
/// <param name="Encoding">How it is compressed on its way; null if it is not.</param>
/// <param name="DiffId">The digest of the plain layer, if it is decompressed on its way; else null.</param>
internal sealed record BlobWork(Descriptor Blob, bool IsLayer, EncodingSettings? Encoding, Digest? DiffId = null)
{
    /// <summary>The blobs of an image, each digest once, largest first, so that the last one on its way is a small one.</summary>
    /// <param name="tree">The image.</param>
    /// <param name="encoding">How plain layers are compressed; null if they stay plain.</param>
    /// <param name="diffIds">The diff IDs of compressed layers that are to become plain, by the layers' digests.</param>
    public static IReadOnlyList<BlobWork> Of(ImageTree tree, EncodingSettings? encoding, IReadOnlyDictionary<Digest, Digest> diffIds) =>
    [
        .. tree.Images
            .SelectMany(image => image.References.Select((reference, position) => new BlobWork(
                reference, position > 0, MediaTypes.IsPlainLayer(reference.MediaType) ? encoding : null, diffIds.GetValueOrDefault(reference.Digest))))
            .DistinctBy(work => work.Blob.Digest)
            .OrderByDescending(work => work.Blob.Size),
    ];
}
