using System.Buffers;
using System.Runtime.ExceptionServices;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>Divides the written bytes into chunks of one size; the last chunk may be smaller.</summary>
/// <param name="size">The bytes of a chunk.</param>
/// <param name="send">Sends a chunk.</param>
internal sealed class ChunkingStream(int size, Func<ReadOnlyMemory<byte>, CancellationToken, Task> send) : WriteOnlyStream
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(size);
    private int _filled;

    /// <summary>The exception of the last chunk that was sent; a source may have wrapped it.</summary>
    public ExceptionDispatchInfo? Failure { get; private set; }

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

    public override void Write(ReadOnlySpan<byte> buffer) => throw new NotSupportedException("Chunks are sent asynchronously.");

    /// <summary>Sends the last chunk.</summary>
    public Task CompleteAsync(CancellationToken cancellationToken) => _filled > 0 ? SendAsync(cancellationToken) : Task.CompletedTask;

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
