using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ImagePusher.TestSupport.RawHttp;

/// <summary>One TCP connection, plain or TLS, read by lines and pieces.</summary>
internal sealed class RawHttpConnection : IAsyncDisposable
{
    /// <summary>The most bytes that are read or written at once.</summary>
    public const int PieceSize = 32 * 1024;

    // An interrupted connection loses the content of these buffers, so they are small.
    private const int SocketBuffer = 64 * 1024;
    private const int MaximumHead = 64 * 1024;
    private const byte TlsHandshake = 0x16;

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[PieceSize];
    private int _start;
    private int _end;

    private RawHttpConnection(Socket socket, Stream stream) => (_socket, _stream) = (socket, stream);

    /// <summary>Bytes counted by a fault over the requests of this connection.</summary>
    public Dictionary<object, long> Counters { get; } = [];

    public static void Prepare(Socket socket)
    {
        socket.NoDelay = true;
        socket.SendBufferSize = SocketBuffer;
        socket.ReceiveBufferSize = SocketBuffer;
    }

    public static async Task<RawHttpConnection> AcceptAsync(Socket socket, TestCertificates? certificates,
        CancellationToken cancellationToken)
    {
        Prepare(socket);
        var stream = new NetworkStream(socket, ownsSocket: true);
        if (certificates is null)
        {
            return new RawHttpConnection(socket, stream);
        }

        var tls = new SslStream(stream);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificate = certificates.Server,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        await tls.AuthenticateAsServerAsync(options, cancellationToken);
        return new RawHttpConnection(socket, tls);
    }

    /// <summary>Connects to host:port over plain TCP; localhost is 127.0.0.1.</summary>
    public static async Task<RawHttpConnection> ConnectAsync(string address, CancellationToken cancellationToken)
    {
        var colon = address.LastIndexOf(':');
        var (host, port) = (address[..colon], int.Parse(address.AsSpan(colon + 1), CultureInfo.InvariantCulture));
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host == "localhost" ? IPAddress.Loopback.ToString() : host, port, cancellationToken);
            return new RawHttpConnection(socket, new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            return buffer.Length == 0 ? 0 : await _stream.ReadAsync(buffer, cancellationToken);
        }

        var count = Math.Min(buffer.Length, _end - _start);
        _buffer.AsMemory(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    /// <summary>Reads the head of the next message; null if the connection ended before its first byte.</summary>
    public async Task<HttpHead?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        if (_start == _end && !await FillAsync(cancellationToken))
        {
            return null;
        }

        if (_buffer[_start] == TlsHandshake)
        {
            // A client that tries https first must not wait for a response: skopeo waits for ten seconds.
            throw new IOException("A TLS handshake came where plain HTTP is spoken.");
        }

        var text = new StringBuilder();
        while (await ReadLineAsync(cancellationToken) is { Length: > 0 } line)
        {
            text.Append(text.Length == 0 ? "" : "\r\n").Append(line);
            if (text.Length > MaximumHead)
            {
                throw new InvalidDataException("The head of a message is too long.");
            }
        }

        return HttpHead.Parse(text.ToString());
    }

    /// <summary>Reads a line, without its CR LF.</summary>
    public async ValueTask<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (line.Length <= MaximumHead)
        {
            if (_start == _end && !await FillAsync(cancellationToken))
            {
                throw new EndOfStreamException("The connection ended inside a line.");
            }

            var feed = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            var count = feed < 0 ? _end - _start : feed + 1;
            line.Append(System.Text.Encoding.Latin1.GetString(_buffer, _start, count));
            _start += count;
            if (feed >= 0)
            {
                return line.ToString().TrimEnd('\r', '\n');
            }
        }

        throw new InvalidDataException("A line is too long.");
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(bytes, cancellationToken);
        await _stream.FlushAsync(cancellationToken);
    }

    /// <summary>Ends the connection by RST: data not yet read by the peer may be lost, and its next write fails.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    /// <summary>Ends this side with FIN, then waits briefly for the end of the peer and discards its data.</summary>
    public async Task FinishAsync(TimeSpan linger, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(linger);
        try
        {
            if (_stream is SslStream tls)
            {
                await tls.ShutdownAsync();
            }

            _socket.Shutdown(SocketShutdown.Send);
            while (await _stream.ReadAsync(_buffer, limit.Token) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The other side went first, or sends for too long: the connection ends all the same.
        }

        await DisposeAsync();
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        (_start, _end) = (0, await _stream.ReadAsync(_buffer, cancellationToken));
        return _end > 0;
    }
}
