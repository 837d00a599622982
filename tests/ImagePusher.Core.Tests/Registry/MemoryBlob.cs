using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>A blob of pseudo-random bytes; with or without digest and length known beforehand.</summary>
internal sealed class MemoryBlob(byte[] content, bool isKnown = true) : BlobSource
{
    private int _opened;

    public byte[] Content { get; } = content;

    /// <summary>The digest of the content; by default its sha256.</summary>
    public Digest TrueDigest { get; init; } = Core.Oci.Digest.Of(content);

    public Descriptor Descriptor => new(MediaTypes.OciLayerGzip, TrueDigest, Content.Length);

    public override Digest? Digest => isKnown ? TrueDigest : null;

    public override long? Length => isKnown ? Content.Length : null;

    public override string Description => $"layer {TrueDigest} of a test";

    public override string ResumeKey => TrueDigest.ToString();

    /// <summary>The number of requests for the bytes.</summary>
    public int Opened => _opened;

    /// <summary>How many bytes go in one write.</summary>
    public int WriteSize { get; init; } = 256 * 1024;

    /// <summary>Called before each write with the offset.</summary>
    public Action<long>? BeforeWrite { get; init; }

    /// <summary>What is thrown after the last byte; null for nothing.</summary>
    public Exception? Failure { get; init; }

    public static MemoryBlob Random(int length, int seed = 1, bool isKnown = true) => new(Http.RandomBytes(length, seed), isKnown);

    public override async Task<BlobIdentity> WriteToAsync(Stream destination, long offset, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _opened);
        for (var next = offset; next < Content.Length; next += WriteSize)
        {
            var at = (int)next;
            BeforeWrite?.Invoke(at);
            cancellationToken.ThrowIfCancellationRequested();
            await destination.WriteAsync(Content.AsMemory(at, Math.Min(WriteSize, Content.Length - at)), cancellationToken);
        }

        return Failure is null ? new BlobIdentity(TrueDigest, Content.Length) : throw Failure;
    }
}
