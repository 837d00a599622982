namespace ImagePusher.Core.Transfer;

/// <summary>Lets the first bytes fall that are written, and passes the rest on: for content that must be made from its start.</summary>
internal sealed class SkippingStream(Stream inner, long skip) : Stream
{
    private long _skip = skip;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var skipped = Skip(buffer.Length);
        inner.Write(buffer[skipped..]);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var skipped = Skip(buffer.Length);
        return skipped == buffer.Length ? ValueTask.CompletedTask : inner.WriteAsync(buffer[skipped..], cancellationToken);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private int Skip(int count)
    {
        var skipped = (int)Math.Min(_skip, count);
        _skip -= skipped;
        return skipped;
    }
}
