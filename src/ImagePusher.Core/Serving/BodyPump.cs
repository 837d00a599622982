using System.Buffers;

namespace ImagePusher.Core.Serving;

/// <summary>Moves bytes through two buffers, so that the next ones are read while the last ones are taken.</summary>
internal static class BodyPump
{
    private const int BufferSize = 512 * 1024;

    /// <summary>Reads a stream to its end into a sink.</summary>
    /// <param name="input">The stream. If it breaks, the sink has had all that came before.</param>
    /// <param name="sink">Takes the bytes; they are its own until it returns.</param>
    /// <param name="touch">Called whenever bytes came.</param>
    /// <returns>How many bytes there were.</returns>
    public static async Task<long> RunAsync(Stream input, Action<ReadOnlyMemory<byte>> sink, Action touch)
    {
        var (current, next) = (ArrayPool<byte>.Shared.Rent(BufferSize), ArrayPool<byte>.Shared.Rent(BufferSize));
        var reading = Task.FromResult(0);
        try
        {
            long total = 0;
            reading = input.ReadAsync(next, 0, BufferSize, CancellationToken.None);
            while (await reading.ConfigureAwait(false) is var count and > 0)
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
            // A buffer that is being read into is nobody else's yet.
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ArrayPool<byte>.Shared.Return(current);
            ArrayPool<byte>.Shared.Return(next);
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

                await writing.ConfigureAwait(false);
                touch();
                (current, next) = (next, current);
                writing = output.WriteAsync(current, 0, count, cancellationToken);
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

    /// <summary>Reads what is left of a stream and throws it away; false if there is more than so many bytes.</summary>
    public static async Task<bool> DrainAsync(Stream input, long limit)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (long total = 0; total < limit;)
            {
                var count = await input.ReadAsync(buffer.AsMemory(), CancellationToken.None).ConfigureAwait(false);
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
