using System.Collections.Immutable;

namespace ImagePusher.Core.Transfer;

/// <summary>How far a copy is: the state of each of its blobs, once they are known. Sampled from any thread.</summary>
public sealed class TransferProgress
{
    private ImmutableArray<BlobProgress> _blobs = [];
    private long _otherBytes;

    /// <summary>The blobs, largest first; empty until the manifests were read.</summary>
    public IReadOnlyList<BlobProgress> Blobs => _blobs;

    /// <summary>The bytes to be read, over all blobs.</summary>
    public long Total => _blobs.Sum(blob => blob.Total);

    /// <summary>The bytes that got through.</summary>
    public long Done => _blobs.Sum(blob => Math.Min(blob.Done, blob.Total));

    /// <summary>The bytes that this copy has moved: what a rate is made of.</summary>
    public long Moved => _blobs.Sum(blob => blob.Moved);

    /// <summary>The bytes that were written to the target, those of repeated attempts and manifests too.</summary>
    public long Sent => _blobs.Sum(blob => blob.Sent) + Interlocked.Read(ref _otherBytes);

    internal void Start(IEnumerable<BlobProgress> blobs) => ImmutableInterlocked.InterlockedExchange(ref _blobs, [.. blobs]);

    internal void AddSent(long bytes) => Interlocked.Add(ref _otherBytes, bytes);

    internal int Count(BlobState state) => _blobs.Count(blob => blob.IsLayer && blob.State == state);
}
