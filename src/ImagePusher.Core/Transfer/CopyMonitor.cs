using System.Collections.Immutable;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>The live state of a copy: that of each of its blobs, once they are known. Safe to sample from any thread.</summary>
internal sealed class CopyMonitor
{
    private ImmutableArray<BlobProgress> _blobs = [];
    private long _otherBytes;

    /// <summary>The blobs, largest first; empty until the manifests were read.</summary>
    public IReadOnlyList<BlobProgress> Blobs => _blobs;

    /// <summary>The bytes to be read, over all blobs.</summary>
    public long Total => _blobs.SumBytes(blob => blob.Total);

    /// <summary>The bytes of completed blobs and completed parts of blobs.</summary>
    public long Done => _blobs.SumBytes(blob => Math.Min(blob.Done, blob.Total));

    /// <summary>The bytes that this copy has moved: the basis of a rate.</summary>
    public long Moved => _blobs.SumBytes(blob => blob.Moved);

    /// <summary>The bytes written to the target, including repeated attempts and manifests.</summary>
    public long Sent => _blobs.SumBytes(blob => blob.Sent) + Interlocked.Read(ref _otherBytes);

    /// <summary>The state at this moment, for callers of the library.</summary>
    /// <param name="name">The name that the image gets.</param>
    public TransferProgress Snapshot(ImageReference name)
    {
        var blobs = _blobs;
        return new TransferProgress(
            blobs.SumBytes(blob => blob.Total), blobs.SumBytes(blob => Math.Min(blob.Done, blob.Total)), Sent, blobs.Length,
            blobs.Count(blob => blob.State >= BlobState.Uploaded))
        {
            Image = name,
        };
    }

    /// <summary>Begins the copy of blobs.</summary>
    /// <returns>The state of each blob, in order.</returns>
    public IReadOnlyList<BlobProgress> Start(IEnumerable<BlobWork> blobs)
    {
        ImmutableInterlocked.InterlockedExchange(ref _blobs, [.. blobs.Select(work => new BlobProgress(work.Blob, work.IsLayer))]);
        return _blobs;
    }

    /// <summary>Ends the copy of all blobs with one state.</summary>
    public void End(BlobState state)
    {
        foreach (var blob in _blobs)
        {
            blob.End(state);
        }
    }

    /// <summary>Counts bytes of manifests and referrers that were sent.</summary>
    public void AddSent(long bytes) => Interlocked.Add(ref _otherBytes, bytes);

    /// <summary>The number of layers in a state.</summary>
    public int Count(BlobState state) => _blobs.Count(blob => blob.IsLayer && blob.State == state);
}
