using System.Globalization;

namespace ImagePusher.LocalRegistry.HttpServer;

/// <summary>The body of a request, whose end is known by its length or by its last chunk (RFC 9112, 6 and 7.1).</summary>
internal sealed class RequestBody(ConnectionReader reader, RequestHead head)
{
    private readonly bool _isChunked = head.IsChunked;
    private long _remaining = head.BodyLength ?? 0;
    private bool _isFirstChunk = true;

    /// <summary>True when every byte was read.</summary>
    public bool IsComplete { get; private set; } = head.BodyLength == 0;

    /// <summary>True if the framing was malformed: subsequent bytes on the connection have no meaning.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Reads some bytes; 0 at the body's end.</summary>
    /// <exception cref="ClientGoneException">The connection ended before the body.</exception>
    /// <exception cref="Protocol.RequestRejectedException">A chunk is malformed.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        if (IsComplete || (_remaining == 0 && !await NextChunkAsync(cancellationToken).ConfigureAwait(false)))
        {
            IsComplete = true;
            return 0;
        }

        var count = await reader.ReadAsync(target[..(int)Math.Min(target.Length, _remaining)], cancellationToken).ConfigureAwait(false);
        if (count == 0)
        {
            throw new ClientGoneException("the connection ended within the body");
        }

        _remaining -= count;
        IsComplete = _remaining == 0 && !_isChunked;
        return count;
    }

    private async ValueTask<bool> NextChunkAsync(CancellationToken cancellationToken)
    {
        IsBroken = true;
        if (!_isFirstChunk && (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false)).Length > 0)
        {
            throw RequestHead.Malformed("a chunk is longer than its size");
        }

        _isFirstChunk = false;
        var size = (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false)).Split(';')[0].TrimEnd(' ', '\t');
        if (size.Length > 15 || !long.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _remaining))
        {
            throw RequestHead.Malformed("a chunk has no size");
        }

        if (_remaining == 0)
        {
            await SkipTrailersAsync(cancellationToken).ConfigureAwait(false);
        }

        IsBroken = false;
        return _remaining > 0;
    }

    private async ValueTask SkipTrailersAsync(CancellationToken cancellationToken)
    {
        for (var total = 0; ;)
        {
            var line = await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
            total += line.Length;
            if (line.Length == 0)
            {
                return;
            }

            if (total > LocalRegistryLimits.ChunkLineLength)
            {
                throw RequestHead.Malformed("the trailers of the chunked body are too long");
            }
        }
    }
}
