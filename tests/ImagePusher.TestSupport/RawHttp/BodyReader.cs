using System.Globalization;

namespace ImagePusher.TestSupport.RawHttp;

/// <summary>Reads the bytes of one body, without its framing, as soon as they arrive.</summary>
internal sealed class BodyReader(RawHttpConnection connection, BodyFraming framing)
{
    private long _rest = framing.Length ?? 0;
    private bool _begun;

    /// <summary>Whether all was read.</summary>
    public bool IsAtEnd { get; private set; } = framing.Length == 0;

    /// <summary>Reads some bytes; 0 is the end.</summary>
    /// <exception cref="EndOfStreamException">The connection ended before the body.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (IsAtEnd)
        {
            return 0;
        }

        if (framing.IsChunked && _rest == 0 && !await NextChunkAsync(cancellationToken))
        {
            IsAtEnd = true;
            return 0;
        }

        var bounded = framing.IsChunked || framing.Length is not null;
        var wanted = bounded ? (int)Math.Min(buffer.Length, _rest) : buffer.Length;
        var count = await connection.ReadAsync(buffer[..wanted], cancellationToken);
        if (count == 0 && bounded)
        {
            throw new EndOfStreamException("The connection ended inside a body.");
        }

        _rest -= count;
        IsAtEnd = bounded ? !framing.IsChunked && _rest == 0 : count == 0;
        return count;
    }

    private async ValueTask<bool> NextChunkAsync(CancellationToken cancellationToken)
    {
        if (_begun && await connection.ReadLineAsync(cancellationToken) is not "")
        {
            throw new InvalidDataException("A chunk is longer than it says.");
        }

        _begun = true;
        var size = (await connection.ReadLineAsync(cancellationToken)).Split(';')[0].Trim();
        if (!long.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _rest) || _rest < 0)
        {
            throw new InvalidDataException($"'{size}' is not the size of a chunk.");
        }

        while (_rest == 0)
        {
            // The trailer ends with an empty line.
            if (await connection.ReadLineAsync(cancellationToken) is "")
            {
                return false;
            }
        }

        return true;
    }
}
