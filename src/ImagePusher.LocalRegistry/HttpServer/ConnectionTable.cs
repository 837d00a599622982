using System.Collections.Concurrent;
using System.Net.Sockets;

namespace ImagePusher.LocalRegistry.HttpServer;

/// <summary>The open connections, whose number is bounded: a new one closes the one that has been idle longest.</summary>
internal sealed class ConnectionTable(LocalRegistryOptions options, Func<Exchange, Task> handle, CancellationToken stopping)
{
    private readonly ConcurrentDictionary<Connection, Task> _connections = new();

    public int Count => _connections.Count;

    /// <summary>Serves a connection until it ends.</summary>
    public void Add(Socket socket)
    {
        if (_connections.Count >= LocalRegistryLimits.Connections && !TryCloseIdle())
        {
            options.Logger.Information($"A connection was closed at once: all {LocalRegistryLimits.Connections} connections are in use.");
            socket.Dispose();
            return;
        }

        Connection connection;
        try
        {
            connection = new Connection(socket, options, stopping);
        }
        catch (SocketException)
        {
            // The client has closed it.
            socket.Dispose();
            return;
        }

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _connections[connection] = ended.Task;
        _ = Task.Run(() => ServeAsync(connection, ended), CancellationToken.None);
    }

    /// <summary>Waits until all connections have ended, which they do when the registry stops.</summary>
    public Task WaitAsync() => Task.WhenAll(_connections.Values);

    private bool TryCloseIdle()
    {
        if (_connections.Keys.Where(connection => connection.IdleSince is not null).MinBy(
            connection => connection.IdleSince) is not { } idle)
        {
            return false;
        }

        idle.CloseIdle();
        _connections.TryRemove(idle, out _);
        return true;
    }

    private async Task ServeAsync(Connection connection, TaskCompletionSource ended)
    {
        try
        {
            await connection.ServeAsync(handle).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            options.Logger.Debug($"A connection from {connection.RemoteEndPoint} ended: {error.Message}");
        }
        catch (Exception error)
        {
            // An unexpected error in one connection must not stop the server.
            options.Logger.Warning($"A connection from {connection.RemoteEndPoint} failed: {error.GetType().Name}: {error.Message}");
        }
        finally
        {
            connection.Dispose();
            _connections.TryRemove(connection, out _);
            ended.SetResult();
        }
    }
}
