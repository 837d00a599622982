using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>The plan of a copy, blob by blob. Planning sends only GET, HEAD and token requests.</summary>
/// <param name="Name">The full name at the target.</param>
/// <param name="Manifest">The manifest of the result; null if it depends on layers that are not compressed yet.</param>
/// <param name="IsPublished">True if the target has this manifest under the name: nothing would be done.</param>
/// <param name="Blobs">The blobs, with those of <see cref="Referrers"/>, largest first.</param>
public sealed record CopyPlan(ImageReference Name, Descriptor? Manifest, bool IsPublished, IReadOnlyList<PlannedBlob> Blobs)
{
    /// <summary>The later <see cref="CopyResult.SourceDigest"/>; null if <see cref="Manifest"/> is null.</summary>
    public Digest? SourceDigest { get; init; }

    /// <summary>The referrers that would be copied with the image.</summary>
    public IReadOnlyList<Descriptor> Referrers { get; init; } = [];

    /// <summary>The bytes of blobs that would be sent unchanged.</summary>
    public long BytesToSend => Blobs.Where(blob => blob.Action == PlannedAction.Upload).SumBytes(blob => blob.Bytes);

    /// <summary>The bytes that would be read to be compressed or decompressed; the size of the results is not known in advance.</summary>
    public long BytesToEncode => Blobs.Where(blob => blob.IsChanged).SumBytes(blob => blob.Bytes);

    /// <summary>The name and what would be done, for logs.</summary>
    public override string ToString() => IsPublished
        ? $"{Name}: exists"
        : FormattableString.Invariant($"{Name}: {Blobs.Count} blobs, {BytesToSend} bytes to send, {BytesToEncode} bytes to compress");
}
