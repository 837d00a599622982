using System.Text;

namespace ImagePusher.LocalRegistry.HttpServer;

/// <summary>Reads heads, lines and body bytes from a connection through one bounded buffer.</summary>
internal sealed class ConnectionReader(Stream stream)
{
    private readonly byte[] _buffer = new byte[LocalRegistryLimits.HeadLength];
    private int _start;
    private int _end;

    private ReadOnlySpan<byte> Buffered => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Waits for the first byte of a request; false if the client closed the connection.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        SkipEmptyLines();
        while (_start == _end)
        {
            if (!await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            SkipEmptyLines();
        }

        return true;
    }

    /// <summary>Reads a request line with its headers.</summary>
    /// <exception cref="ClientGoneException">The connection ended first.</exception>
    /// <exception cref="Protocol.RequestRejectedException">It is malformed or too large.</exception>
    public async ValueTask<RequestHead> ReadHeadAsync(CancellationToken cancellationToken)
    {
        for (int length; ;)
        {
            if ((length = Buffered.IndexOf("\r\n\r\n"u8)) >= 0)
            {
                var head = Buffered[..length];
                _start += length + 4;
                return RequestHeadParser.Parse(head);
            }

            if (!RequestHeadParser.CanStart(Buffered))
            {
                throw RequestHead.Malformed("the request does not start with a method; TLS is not supported");
            }

            await FillOrThrowAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads a line of a chunked body without its CRLF.</summary>
    /// <exception cref="ClientGoneException">The connection ended first.</exception>
    /// <exception cref="Protocol.RequestRejectedException">It is too long.</exception>
    public async ValueTask<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        for (int length; ;)
        {
            if ((length = Buffered.IndexOf("\r\n"u8)) >= 0 && length <= LocalRegistryLimits.ChunkLineLength)
            {
                var line = Encoding.Latin1.GetString(Buffered[..length]);
                if (line.Any(character => character < ' ' && character != '\t'))
                {
                    // A proxy may take a bare CR or LF in an extension for the end of the line (RFC 9112, 2.2 and 7.1.1).
                    throw RequestHead.Malformed("a line of the chunked body contains a control character");
                }

                _start += length + 2;
                return line;
            }

            if (Buffered.Length > LocalRegistryLimits.ChunkLineLength)
            {
                throw RequestHead.Malformed("a line of the chunked body is too long");
            }

            await FillOrThrowAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads some bytes, first those that are buffered; 0 if the client closed the connection.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            return await stream.ReadAsync(target, cancellationToken).ConfigureAwait(false);
        }

        var count = Math.Min(target.Length, _end - _start);
        Buffered[..count].CopyTo(target.Span);
        _start += count;
        return count;
    }

    private async ValueTask FillOrThrowAsync(CancellationToken cancellationToken)
    {
        if (!await FillAsync(cancellationToken).ConfigureAwait(false))
        {
            throw new ClientGoneException("the connection ended within the request");
        }
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            Buffered.CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            throw RequestHeadParser.TooLarge();
        }

        var count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += count;
        return count > 0;
    }

    // RFC 9112, 2.2: empty lines before a request line are ignored.
    private void SkipEmptyLines()
    {
        while (Buffered.StartsWith("\r\n"u8))
        {
            _start += 2;
        }
    }
}
