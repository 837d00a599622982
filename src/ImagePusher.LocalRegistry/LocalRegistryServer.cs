using System.Net;
using ImagePusher.Core.Cache;

namespace ImagePusher.LocalRegistry;

/// <summary>
/// A registry on this machine: the OCI distribution API over an image cache, by plain http. It serves what the cache holds,
/// and what is pushed to it is in the cache.
/// </summary>
/// <remarks>
/// distribution-spec 1.1 with the end-points that were added since. Names: a push of R:T is kept as <c>localhost/R:T</c>; a
/// pull of R:T finds that, then <c>docker.io/R:T</c>, then the only name with that repository and tag (two: 404). A manifest
/// is found by digest in a repository where a name, or an index that has a name, leads to it; with its last name it goes. A
/// blob is found by digest whatever names it.
/// </remarks>
public sealed class LocalRegistryServer : IAsyncDisposable
{
    private readonly HttpListener _listener;
    private readonly Router _router;
    private readonly IncomingUploads _uploads;
    private readonly LocalRegistryOptions _options;
    private readonly OpenExchanges _open = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private int _disposed;

    private LocalRegistryServer(ImageCache cache, LocalRegistryOptions options, RegistryListener listener)
    {
        (Cache, _options, _listener) = (cache, options, listener.Http);
        (Address, Port, IsReadOnly) = (listener.Address, listener.Port, options.ReadOnly);
        Started = options.TimeProvider.GetUtcNow();
        _uploads = new IncomingUploads(cache, options);
        _router = new Router(cache, options, _uploads);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where the registry is reached from this machine, <c>host:port</c>.</summary>
    public string Address { get; }

    /// <summary>The port, also where any free one was asked for.</summary>
    public int Port { get; }

    /// <summary>True if every change is refused.</summary>
    public bool IsReadOnly { get; }

    /// <summary>The cache that is served.</summary>
    public ImageCache Cache { get; }

    /// <summary>When the registry started.</summary>
    public DateTimeOffset Started { get; }

    /// <summary>How many requests were answered, or begun to be.</summary>
    public long Requests => _open.Total;

    /// <summary>Starts a registry over a cache. It serves until it is disposed of.</summary>
    /// <exception cref="RegistryUnavailableException">The port is taken, or may not be listened on.</exception>
    /// <exception cref="RegistryDeniedException">Others than this machine would be let in to write without credentials.</exception>
    public static Task<LocalRegistryServer> StartAsync(ImageCache cache, LocalRegistryOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(options);

        // The prefixes are resolved and the sockets opened while this waits, which is short but not instant.
        return Task.Run(() => new LocalRegistryServer(cache, options, RegistryListener.Open(options)), cancellationToken);
    }

    /// <summary>Stops the registry: no request is taken any more, those under way are cut off, unfinished uploads are thrown away.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // Cut off first: the listener itself would wait a second for each client that has not sent all of its request.
        _open.AbortAll();
        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener.Close();
        await _accepting.ConfigureAwait(false);
        _open.AbortAll();
        _open.AddNoMore();
        await _open.Ended.ConfigureAwait(false);
        await _uploads.DisposeAsync().ConfigureAwait(false);
        _router.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync().ConfigureAwait(false);
            }
            catch (HttpListenerException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (HttpListenerException error)
            {
                _options.Log.Verbose($"The local registry {Address} could not take a request: {error.Message}");
                continue;
            }

            _open.Add();
            _ = Task.Run(() => ServeAsync(context), CancellationToken.None);
        }
    }

    private async Task ServeAsync(HttpListenerContext context)
    {
        Exchange exchange;
        try
        {
            exchange = new Exchange(context, _options, _stopping.Token);
        }
        catch (Exception error)
        {
            // A client that is gone by now leaves a request that the listener can't describe any more, by whatever exception.
            _options.Log.Verbose($"The local registry {Address} could not read a request: {error.Message}");
            _open.Leave();
            return;
        }

        _open.Begin(exchange);
        var handling = _router.HandleAsync(exchange);
        await handling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (handling.Exception is { } fault)
        {
            // A server outlives what goes wrong with one request.
            _options.Log.Warning($"{exchange}: {fault.GetBaseException().GetType().Name}: {fault.GetBaseException().Message}");
        }

        _open.End(exchange);
    }
}
