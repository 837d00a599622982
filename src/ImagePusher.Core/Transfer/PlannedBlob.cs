using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>The planned action for one blob.</summary>
/// <param name="Blob">The blob; if it is to be compressed and the result is known from an earlier copy, that result.</param>
/// <param name="IsLayer">True for a layer, false for a config.</param>
/// <param name="Action">The planned action.</param>
/// <param name="From">For <see cref="PlannedAction.Mount"/>: the repository that has it; null otherwise.</param>
public sealed record PlannedBlob(Descriptor Blob, bool IsLayer, PlannedAction Action, string? From = null)
{
    /// <summary>True for a blob of a referrer that would be copied with the image.</summary>
    public bool IsReferrer { get; init; }

    /// <summary>The bytes that would be sent, or read if the blob would be compressed or decompressed (<see cref="IsChanged"/>).</summary>
    public long Bytes => Action is PlannedAction.Upload || IsChanged ? Blob.Size : 0;

    /// <summary>True if the blob would be compressed or decompressed, so that the result is not known in advance.</summary>
    public bool IsChanged => Action is PlannedAction.Encode or PlannedAction.Decode;

    /// <summary>One line of the plan.</summary>
    public override string ToString() => Action switch
    {
        PlannedAction.Exists => $"exists  {Blob.Digest}",
        PlannedAction.Mount => $"mount   {Blob.Digest} from {From}, else upload {Blob.Size:N0} bytes",
        PlannedAction.Upload => $"upload  {Blob.Digest}, {Blob.Size:N0} bytes",
        PlannedAction.Decode => $"decode  {Blob.Digest}, {Blob.Size:N0} compressed bytes",
        _ => $"encode  {Blob.Digest}, {Blob.Size:N0} uncompressed bytes",
    };

    internal static async Task<PlannedBlob> OfAsync(
        BlobWork work, Descriptor? remembered, IImageTarget target, bool force, CancellationToken cancellationToken)
    {
        if (work.Encoding is not null && remembered is null)
        {
            return new PlannedBlob(work.Blob, work.IsLayer, PlannedAction.Encode);
        }

        var blob = remembered ?? work.Blob;
        if (!force && await target.HasBlobAsync(blob, cancellationToken).ConfigureAwait(false))
        {
            return new PlannedBlob(blob, work.IsLayer, PlannedAction.Exists);
        }

        if (work.DiffId is not null)
        {
            return new PlannedBlob(blob, work.IsLayer, PlannedAction.Decode);
        }

        return target.MountCandidate(blob) is { } from
            ? new PlannedBlob(blob, work.IsLayer, PlannedAction.Mount, from)
            : new PlannedBlob(blob, work.IsLayer, PlannedAction.Upload);
    }
}
