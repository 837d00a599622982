using System.Buffers;

namespace ImagePusher.LocalRegistry.HttpServer;

/// <summary>Moves bytes through two buffers, so that reading and writing overlap.</summary>
internal static class BodyPump
{
    private const int BufferSize = 512 * 1024;

    /// <summary>Reads a body to its end into a sink.</summary>
    /// <param name="body">The body. If its connection ends, the sink has received all bytes that arrived before.</param>
    /// <param name="sink">Consumes the bytes before it returns.</param>
    /// <param name="onProgress">Called when bytes have arrived.</param>
    /// <param name="cancellationToken">Ends a pending read.</param>
    /// <returns>The number of bytes.</returns>
    public static async Task<long> ReceiveAsync(
        RequestBody body, Action<ReadOnlyMemory<byte>> sink, Action onProgress, CancellationToken cancellationToken)
    {
        var (current, next) = (ArrayPool<byte>.Shared.Rent(BufferSize), ArrayPool<byte>.Shared.Rent(BufferSize));
        var reading = Task.FromResult(0);
        try
        {
            long total = 0;
            reading = body.ReadAsync(next.AsMemory(0, BufferSize), cancellationToken).AsTask();
            while (await reading.ConfigureAwait(false) is var count and > 0)
            {
                onProgress();
                (current, next) = (next, current);
                reading = body.ReadAsync(next.AsMemory(0, BufferSize), cancellationToken).AsTask();
                sink(current.AsMemory(0, count));
                total += count;
            }

            return total;
        }
        finally
        {
            // A pending read writes into its buffer, and must not overlap with the next reader of the connection.
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ArrayPool<byte>.Shared.Return(current);
            ArrayPool<byte>.Shared.Return(next);
        }
    }

    /// <summary>Sends a number of bytes of a stream.</summary>
    /// <exception cref="EndOfStreamException">The input is shorter.</exception>
    public static async Task SendAsync(Stream input, Stream output, long length, Action onProgress, CancellationToken cancellationToken)
    {
        var (current, next) = (ArrayPool<byte>.Shared.Rent(BufferSize), ArrayPool<byte>.Shared.Rent(BufferSize));
        var writing = Task.CompletedTask;
        try
        {
            while (length > 0)
            {
                var count = await input.ReadAsync(
                    next.AsMemory(0, (int)Math.Min(BufferSize, length)), cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    throw new EndOfStreamException($"the blob ended {length} bytes early");
                }

                await writing.ConfigureAwait(false);
                onProgress();
                (current, next) = (next, current);
                writing = output.WriteAsync(current.AsMemory(0, count), cancellationToken).AsTask();
                length -= count;
            }

            await writing.ConfigureAwait(false);
        }
        finally
        {
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ArrayPool<byte>.Shared.Return(current);
            ArrayPool<byte>.Shared.Return(next);
        }
    }

    /// <summary>Reads and discards what is left of a body; false if that is more than a limit.</summary>
    public static async Task<bool> DrainAsync(RequestBody body, long limit, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (long total = 0; total < limit;)
            {
                var count = await body.ReadAsync(buffer.AsMemory(0, BufferSize), cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    return true;
                }

                total += count;
            }

            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
