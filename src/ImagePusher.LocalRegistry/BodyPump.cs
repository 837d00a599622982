using System.Buffers;

namespace ImagePusher.LocalRegistry;

/// <summary>Moves bytes through two buffers, so that the next ones are read while the last ones are taken.</summary>
internal static class BodyPump
{
    private const int BufferSize = 512 * 1024;

    /// <summary>Reads a stream to its end into a sink.</summary>
    /// <param name="input">The stream. If it breaks, the sink has had all that came before.</param>
    /// <param name="sink">Takes the bytes; they are its own until it returns.</param>
    /// <param name="touch">Called whenever bytes came.</param>
    /// <param name="cancellationToken">Ends the waiting for a read, which may then never end itself.</param>
    /// <returns>How many bytes there were.</returns>
    public static async Task<long> RunAsync(Stream input, Action<ReadOnlyMemory<byte>> sink, Action touch, CancellationToken cancellationToken)
    {
        var (current, next) = (ArrayPool<byte>.Shared.Rent(BufferSize), ArrayPool<byte>.Shared.Rent(BufferSize));
        var reading = Task.FromResult(0);
        try
        {
            long total = 0;
            reading = input.ReadAsync(next, 0, BufferSize, CancellationToken.None);
            while (await reading.WaitAsync(cancellationToken).ConfigureAwait(false) is var count and > 0)
            {
                touch();
                (current, next) = (next, current);
                reading = input.ReadAsync(next, 0, BufferSize, CancellationToken.None);
                sink(current.AsMemory(0, count));
                total += count;
            }

            return total;
        }
        finally
        {
            await EndAsync(reading, next, cancellationToken).ConfigureAwait(false);
            ArrayPool<byte>.Shared.Return(current);
        }
    }

    /// <summary>Sends so many bytes of a stream to another.</summary>
    public static async Task SendAsync(Stream input, Stream output, long length, Action touch, CancellationToken cancellationToken)
    {
        var (current, next) = (ArrayPool<byte>.Shared.Rent(BufferSize), ArrayPool<byte>.Shared.Rent(BufferSize));
        var writing = Task.CompletedTask;
        try
        {
            while (length > 0)
            {
                var count = await input.ReadAsync(next.AsMemory(0, (int)Math.Min(BufferSize, length)), cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    throw new EndOfStreamException($"the blob ended {length} bytes early");
                }

                await writing.WaitAsync(cancellationToken).ConfigureAwait(false);
                touch();
                (current, next) = (next, current);
                writing = output.WriteAsync(current, 0, count, cancellationToken);
                length -= count;
            }

            await writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await EndAsync(writing, current, cancellationToken).ConfigureAwait(false);
            ArrayPool<byte>.Shared.Return(next);
        }
    }

    /// <summary>Reads what is left of a stream and throws it away; false if there is more than so many bytes.</summary>
    public static async Task<bool> DrainAsync(Stream input, long limit, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var reading = Task.FromResult(0);
        try
        {
            for (long total = 0; total < limit;)
            {
                reading = input.ReadAsync(buffer, 0, BufferSize, CancellationToken.None);
                var count = await reading.WaitAsync(cancellationToken).ConfigureAwait(false);
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
            await EndAsync(reading, buffer, cancellationToken).ConfigureAwait(false);
        }
    }

    // A buffer that is being read into, or written from, is nobody else's yet; if that may never end, it is left to the collector.
    private static async Task EndAsync(Task usingIt, byte[] buffer, CancellationToken cancellationToken)
    {
        await usingIt.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (usingIt.IsCompleted)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
