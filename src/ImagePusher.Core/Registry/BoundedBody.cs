namespace ImagePusher.Core.Registry;

/// <summary>Reads the small bodies of answers whole, and never more than a limit.</summary>
internal static class BoundedBody
{
    /// <summary>The bytes of an error's body that are looked at.</summary>
    public const int ErrorLimit = 64 * 1024;

    /// <summary>The most bytes of a token server's answer.</summary>
    public const int TokenLimit = 1024 * 1024;

    /// <summary>The most bytes of a list of tags, repositories or referrers.</summary>
    public const int ListLimit = 16 * 1024 * 1024;

    /// <summary>The body; cut off silently at the limit if <paramref name="cut"/> says so.</summary>
    /// <exception cref="InvalidDataException">The body is longer than the limit.</exception>
    /// <exception cref="IOException">The connection was lost or silent for too long.</exception>
    public static async Task<byte[]> ReadAsync(
        HttpResponseMessage response, int limit, TimeSpan idle, TimeProvider time, CancellationToken cancellationToken, bool cut = false)
    {
        if (!cut && response.Content.Headers.ContentLength > limit)
        {
            throw new InvalidDataException($"the answer has {response.Content.Headers.ContentLength} bytes, and at most {limit} are read");
        }

        using var watch = new IdleTimer(idle, time, cancellationToken);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(watch.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                return await ReadAsync(stream, response.Content.Headers.ContentLength, limit, watch, cut).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (watch.IsExpired)
        {
            throw new IOException($"the answer stopped for {watch.Limit.TotalSeconds:0} seconds");
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream, long? length, int limit, IdleTimer watch, bool cut)
    {
        var buffer = new byte[(int)Math.Min(length ?? 4096, limit) + 1];
        var count = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(count), watch.Token).ConfigureAwait(false);
            watch.Touch();
            count += read;
            if (read == 0 || count > limit)
            {
                break;
            }

            if (count == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, limit + 1));
            }
        }

        return count <= limit ? buffer[..count]
            : cut ? buffer[..limit]
            : throw new InvalidDataException($"the answer has more than {limit} bytes");
    }
}
