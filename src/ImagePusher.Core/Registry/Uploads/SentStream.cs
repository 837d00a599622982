namespace ImagePusher.Core.Registry.Uploads;

/// <summary>A connection's end for a body: counts what it took, and tells its failures from those of the body's source.</summary>
internal sealed class SentStream(Stream connection, IdleTimer watch) : Stream
{
    private long _count;

    /// <summary>True once a write to the connection failed.</summary>
    public bool HasFailed { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _count;

    public override long Position { get => _count; set => throw new NotSupportedException(); }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var isDone = false;
        watch.Touch();
        try
        {
            await connection.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            _count += buffer.Length;
            isDone = true;
        }
        finally
        {
            HasFailed |= !isDone;
            watch.Pause();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        var isDone = false;
        try
        {
            connection.Write(buffer, offset, count);
            _count += count;
            isDone = true;
        }
        finally
        {
            HasFailed |= !isDone;
        }
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
