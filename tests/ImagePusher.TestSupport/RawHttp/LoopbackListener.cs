using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace ImagePusher.TestSupport.RawHttp;

/// <summary>Serves connections to a free port of 127.0.0.1, each by its own task, until it is disposed.</summary>
internal sealed class LoopbackListener : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<Task, bool> _connections = new();
    private readonly ConcurrentQueue<Exception> _failures = new();
    private readonly TestCertificates? _certificates;
    private readonly Func<RawHttpConnection, CancellationToken, Task> _serve;
    private readonly Task _accepting;
    private bool _disposed;

    /// <summary>Listens from now on.</summary>
    /// <param name="certificates">Whose server certificate it shows; null for plain TCP.</param>
    /// <param name="serve">Serves one connection; the connection is closed after it.</param>
    public LoopbackListener(TestCertificates? certificates, Func<RawHttpConnection, CancellationToken, Task> serve)
    {
        (_certificates, _serve) = (certificates, serve);
        RawHttpConnection.Prepare(_socket);
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket.Listen(512);
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public string Scheme => _certificates is null ? "http" : "https";

    /// <summary>Ends all connections and waits for their tasks.</summary>
    /// <exception cref="AggregateException">A connection failed for another reason than its end: the data was not HTTP, or this code has an
    /// error.</exception>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _end.CancelAsync();
        _socket.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        _end.Dispose();
        if (!_failures.IsEmpty)
        {
            throw new AggregateException("A test server failed.", _failures);
        }
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                var accepted = await _socket.AcceptAsync(_end.Token);
                var connection = ServeAsync(accepted);
                _connections[connection] = true;
                _ = connection.ContinueWith(done => _connections.TryRemove(done, out _), TaskScheduler.Default);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The end, or a client that went away before it was accepted.
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield();
        try
        {
            await using var connection = await RawHttpConnection.AcceptAsync(socket, _certificates, _end.Token);
            await _serve(connection, _end.Token);
        }
        catch (Exception e) when (e is IOException
            or SocketException or ObjectDisposedException or OperationCanceledException or AuthenticationException)
        {
            // One side closed the connection, or did not like the certificate.
        }
#pragma warning disable CA1031 // Kept, and thrown when the listener ends.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failures.Enqueue(e);
        }
        finally
        {
            socket.Dispose();
        }
    }
}
