using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>What a copy would do, blob by blob. It was made with GET, HEAD and token requests alone.</summary>
/// <param name="Name">The full name at the target.</param>
/// <param name="Root">The manifest that it would stand for; null if that depends on layers that are yet to be compressed.</param>
/// <param name="IsPublished">True if the name stands for that manifest already: nothing would be done.</param>
/// <param name="Blobs">The blobs, largest first.</param>
public sealed record CopyPlan(ImageReference Name, Descriptor? Root, bool IsPublished, IReadOnlyList<PlannedBlob> Blobs)
{
    /// <summary>What the manifest would be made from, as <see cref="CopyResult.SourceDigest"/> would say; null where <see cref="Root"/> is.</summary>
    public Digest? SourceDigest { get; init; }

    /// <summary>What refers to the image and would go with it.</summary>
    public IReadOnlyList<Descriptor> Referrers { get; init; } = [];

    /// <summary>The bytes of stored blobs and remembered encodings that would be sent.</summary>
    public long BytesToSend => Blobs.Where(blob => blob.Action == PlannedAction.Upload).Sum(blob => blob.Bytes);

    /// <summary>The bytes that would be read and compressed on their way, or decompressed; how many they become is not known before.</summary>
    public long BytesToEncode => Blobs.Where(blob => blob.IsChanged).Sum(blob => blob.Bytes);
}
