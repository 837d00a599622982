using System.Net.Sockets;
using ImagePusher.Core.Cache;
using ImagePusher.LocalRegistry.Handlers;
using ImagePusher.LocalRegistry.HttpServer;
using ImagePusher.LocalRegistry.Uploads;

namespace ImagePusher.LocalRegistry;

/// <summary>
/// A registry on this machine: the OCI distribution API over an image cache, by plain HTTP. It serves the content of the cache,
/// and pushes to it are stored in the cache.
/// </summary>
/// <remarks>
/// distribution-spec 1.1 with the requests added since. Names: a push of R:T is stored as <c>localhost/R:T</c>; a pull of R:T
/// finds that, else <c>docker.io/R:T</c>, else the only name with that repository and tag (404 if there are several). A manifest is
/// found by digest in a repository where a name or a named index refers to it. A blob is found by digest in every repository.
/// </remarks>
public sealed class LocalRegistryServer : IAsyncDisposable
{
    private static readonly TimeSpan AcceptRetryDelay = TimeSpan.FromMilliseconds(100);

    private readonly RegistryListener _listener;
    private readonly Router _router;
    private readonly UploadTable _uploads;
    private readonly LocalRegistryOptions _options;
    private readonly ConnectionTable _connections;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private long _requests;
    private int _disposed;

    private LocalRegistryServer(ImageCache cache, LocalRegistryOptions options, RegistryListener listener)
    {
        (Cache, _options, _listener) = (cache, options, listener);
        (Address, Port, IsReadOnly) = (listener.Address, listener.Port, options.ReadOnly);
        Started = options.TimeProvider.GetUtcNow();
        _uploads = new UploadTable(cache, options);
        _router = new Router(cache, options, _uploads);
        _connections = new ConnectionTable(options, HandleAsync, _stopping.Token);
        _accepting = Task.WhenAll(listener.Sockets.Select(socket => Task.Run(() => AcceptAsync(socket))));
    }

    /// <summary>The address of the registry on this machine, <c>host:port</c>.</summary>
    public string Address { get; }

    /// <summary>The port, also if any free one was requested.</summary>
    public int Port { get; }

    /// <summary>True if every change is rejected.</summary>
    public bool IsReadOnly { get; }

    /// <summary>The cache that is served.</summary>
    public ImageCache Cache { get; }

    /// <summary>The time at which the registry started.</summary>
    public DateTimeOffset Started { get; }

    /// <summary>The number of requests so far.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    internal int Connections => _connections.Count;

    /// <summary>Starts a registry over a cache. It serves until it is disposed.</summary>
    /// <param name="cache">The cache to serve.</param>
    /// <param name="options">The options; by default the registry listens on loopback addresses and port 5000.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <exception cref="RegistryUnavailableException">The port is in use, or the address does not belong to this machine.</exception>
    /// <exception cref="RegistryDeniedException">Other machines could write without credentials.</exception>
    public static Task<LocalRegistryServer> StartAsync(
        ImageCache cache, LocalRegistryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cache);
        var chosen = options ?? new LocalRegistryOptions();

        // Resolving a name may take a while.
        return Task.Run(() => new LocalRegistryServer(cache, chosen, RegistryListener.Open(chosen)), cancellationToken);
    }

    /// <summary>Stops the registry: connections are closed, requests in progress are aborted, unfinished uploads are discarded.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        await _connections.WaitAsync().ConfigureAwait(false);
        await _uploads.DisposeAsync().ConfigureAwait(false);
        _router.Dispose();
        _stopping.Dispose();
    }

    private Task HandleAsync(Exchange exchange)
    {
        Interlocked.Increment(ref _requests);
        return _router.HandleAsync(exchange);
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                _connections.Add(await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false));
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException
                || (error is SocketException && _stopping.IsCancellationRequested))
            {
                return;
            }
            catch (SocketException error)
            {
                // The client has gone already, or the process has no more file descriptors: in that case trying at once would fail again.
                _options.Logger.Information($"The local registry {Address} could not accept a connection: {error.Message}");
                await Task.Delay(AcceptRetryDelay, _options.TimeProvider, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }
}
