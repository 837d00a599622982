using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Transfer;

/// <summary>The state of a copy at one moment. All sizes are in bytes.</summary>
/// <param name="TotalBytes">The size of all blobs as the source has them; 0 until the manifests were read.</param>
/// <param name="CompletedBytes">The bytes that were sent, mounted or found at the target; goes back when an attempt is repeated.</param>
/// <param name="SentBytes">The bytes written to the target, including manifests and repeated attempts.</param>
/// <param name="TotalBlobs">The number of blobs; 0 until the manifests were read.</param>
/// <param name="CompletedBlobs">The number of blobs that are at the target.</param>
public sealed record TransferProgress(long TotalBytes, long CompletedBytes, long SentBytes, int TotalBlobs, int CompletedBlobs)
{
    /// <summary>The name that the image gets at the target: <see cref="ImageTransfer.CopyAllAsync"/> copies several.</summary>
    public ImageReference? Image { get; init; }
}
