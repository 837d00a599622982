using System.Diagnostics;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>The state of one blob. Workers update it and a reader samples it without locks.</summary>
/// <param name="blob">The blob as the source has it.</param>
/// <param name="isLayer">True for a layer, false for a config.</param>
internal sealed class BlobProgress(Descriptor blob, bool isLayer)
{
    private long _done;
    private long _moved;
    private long _sent;
    private long _started;
    private int _state;

    /// <summary>The blob as the source has it.</summary>
    public Descriptor Blob { get; } = blob;

    /// <summary>True for a layer, false for a config.</summary>
    public bool IsLayer { get; } = isLayer;

    /// <summary>The bytes to be read: for a layer that is compressed during the copy, its uncompressed size.</summary>
    public long Total => Blob.Size;

    /// <summary>The bytes that are completed; goes back when an attempt is repeated.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <summary>
    /// The bytes that this copy has moved, including repeated attempts, without existing content and that of an earlier
    /// process.
    /// </summary>
    public long Moved => Interlocked.Read(ref _moved);

    /// <summary>The time since the transfer started; zero before that.</summary>
    public TimeSpan Elapsed =>
        Interlocked.Read(ref _started) is var started and not 0 ? Stopwatch.GetElapsedTime(started) : TimeSpan.Zero;

    /// <summary>The bytes written to the target, including repeated attempts.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>The state.</summary>
    public BlobState State => (BlobState)Volatile.Read(ref _state);

    internal void Begin(long offset)
    {
        Interlocked.CompareExchange(ref _started, Stopwatch.GetTimestamp(), 0);
        Interlocked.Exchange(ref _done, offset);
        Volatile.Write(ref _state, (int)BlobState.Sending);
    }

    internal void AddDone(long bytes)
    {
        Interlocked.Add(ref _done, bytes);
        Interlocked.Add(ref _moved, bytes);
    }

    internal void AddSent(long bytes) => Interlocked.Add(ref _sent, bytes);

    internal void End(BlobState state)
    {
        Interlocked.Exchange(ref _done, Total);
        Volatile.Write(ref _state, (int)state);
    }
}
