using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry;

/// <summary>Reads the small bodies of responses completely, within limits of size and time.</summary>
internal static class BoundedBody
{
    /// <summary>The bytes of an error's body that are read.</summary>
    public const int ErrorLimit = 64 * 1024;

    /// <summary>The maximum number of bytes of a token server's response.</summary>
    public const int TokenLimit = 1024 * 1024;

    /// <summary>Reads a body.</summary>
    /// <param name="response">The response.</param>
    /// <param name="limit">The maximum number of bytes.</param>
    /// <param name="idle">The longest silence.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <param name="cut">True to end silently at a limit; false to throw.</param>
    /// <param name="limits">The limits of time; null for the defaults.</param>
    /// <exception cref="InvalidDataException">The body is longer, or arrives more slowly, than the limits allow.</exception>
    /// <exception cref="IOException">The connection was lost, or silent for too long.</exception>
    public static async Task<byte[]> ReadAsync(
        HttpResponseMessage response, int limit, TimeSpan idle, TimeProvider time, CancellationToken cancellationToken,
        bool cut = false, RegistryLimits? limits = null)
    {
        var length = response.Content.Headers.ContentLength;
        if (!cut && length > limit)
        {
            throw new InvalidDataException($"the response has {length} bytes, and at most {limit} are read");
        }

        using var timer = new IdleTimer(idle, time, cancellationToken);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(timer.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                return await ReadAsync(stream, length, limit, timer, cut, limits ?? RegistryLimits.Default).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (timer.IsExpired)
        {
            throw new IOException($"the response stopped for {timer.Limit.TotalSeconds:0} seconds");
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream, long? length, int limit, IdleTimer timer, bool cut, RegistryLimits limits)
    {
        var (buffer, count, start) = (new byte[(int)Math.Min(length ?? 4096, limit) + 1], 0, timer.Time.GetTimestamp());
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(count), timer.Token).ConfigureAwait(false);
            timer.Touch();
            count += read;
            if (read == 0 || count > limit)
            {
                break;
            }

            if (count != length && IsTooSlow(count, timer.Time.GetElapsedTime(start), limits))
            {
                return cut ? buffer[..count] : throw new InvalidDataException(
                    FormattableString.Invariant($"the response arrives at less than {limits.SlowBodyBytesPerSecond} bytes a second"));
            }

            if (count == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, limit + 1));
            }
        }

        return count <= limit ? buffer[..count]
            : cut ? buffer[..limit]
            : throw new InvalidDataException($"the response has more than {limit} bytes");
    }

    private static bool IsTooSlow(int count, TimeSpan elapsed, RegistryLimits limits) =>
        elapsed > limits.SlowBodyTime && count < (elapsed - limits.SlowBodyTime).TotalSeconds * limits.SlowBodyBytesPerSecond;
}
