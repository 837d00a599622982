using System.Buffers;
using System.Runtime.ExceptionServices;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>Gathers what is written into chunks and sends each full one; the last, shorter one is sent by <see cref="CompleteAsync"/>.</summary>
/// <param name="size">The bytes of a chunk.</param>
/// <param name="send">Sends a chunk.</param>
internal sealed class ChunkingStream(int size, Func<ReadOnlyMemory<byte>, CancellationToken, Task> send) : Stream
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(size);
    private int _filled;

    /// <summary>What sending threw; a source may have wrapped it.</summary>
    public ExceptionDispatchInfo? Failure { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            // A full buffer waits for more: only then is it known not to be the last chunk.
            if (_filled == size)
            {
                await SendAsync(cancellationToken).ConfigureAwait(false);
            }

            var count = Math.Min(size - _filled, buffer.Length);
            buffer[..count].CopyTo(_buffer.AsMemory(_filled));
            _filled += count;
            buffer = buffer[count..];
        }
    }

    /// <summary>Sends what is left.</summary>
    public Task CompleteAsync(CancellationToken cancellationToken) => _filled > 0 ? SendAsync(cancellationToken) : Task.CompletedTask;

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Chunks are sent asynchronously.");

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        base.Dispose(disposing);
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        try
        {
            await send(_buffer.AsMemory(0, _filled), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (Keep(error))
        {
            throw;
        }

        _filled = 0;
    }

    private bool Keep(Exception error)
    {
        Failure = ExceptionDispatchInfo.Capture(error);
        return false;
    }
}
