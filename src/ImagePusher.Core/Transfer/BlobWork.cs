using ImagePusher.Core.Compression;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>One blob of a copy.</summary>
/// <param name="Blob">The blob as the source has it.</param>
/// <param name="IsLayer">True for a layer, false for a config.</param>
/// <param name="Encoding">The compression settings of the transfer; null if it is not compressed.</param>
/// <param name="DiffId">The digest of the uncompressed layer, if it is decompressed during the transfer; else null.</param>
internal sealed record BlobWork(Descriptor Blob, bool IsLayer, EncodingSettings? Encoding, Digest? DiffId = null)
{
    /// <summary>The blobs of an image, each digest once, largest first, so that the last transfer is a short one.</summary>
    /// <param name="tree">The image.</param>
    /// <param name="encoding">The compression settings for uncompressed layers; null to keep them uncompressed.</param>
    /// <param name="diffIds">The diff IDs of compressed layers that are to be decompressed, by the layers' digests.</param>
    public static IReadOnlyList<BlobWork> Of(ImageTree tree, EncodingSettings? encoding, IReadOnlyDictionary<Digest, Digest> diffIds) =>
    [
        .. tree.Images
            .SelectMany(image => image.References.Select((reference, position) => new BlobWork(
                reference,
                position > 0,
                position > 0 && MediaTypes.IsPlainLayer(reference.MediaType) ? encoding : null,
                diffIds.GetValueOrDefault(reference.Digest))))
            .Concat(tree.OtherContent.Select(content => new BlobWork(content, IsLayer: true, null)))
            .Where(work => !tree.Absent.Contains(work.Blob.Digest))
            .DistinctBy(work => work.Blob.Digest)
            .OrderByDescending(work => work.Blob.Size),
    ];
}
