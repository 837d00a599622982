using System.Net;
using System.Net.Sockets;
using ImagePusher.LocalRegistry.Protocol;

namespace ImagePusher.LocalRegistry.HttpServer;

/// <summary>A client's connection: one request after the other, until either end closes it.</summary>
internal sealed class Connection : IDisposable
{
    private readonly Socket _socket;
    private readonly LocalRegistryOptions _options;
    private readonly CancellationTokenSource _closing;
    private readonly CancellationToken _stopping;
    private long _idleSince;

    public Connection(Socket socket, LocalRegistryOptions options, CancellationToken stopping)
    {
        (_socket, _options, _stopping) = (socket, options, stopping);
        _socket.NoDelay = true;
        RemoteEndPoint = socket.RemoteEndPoint;
        Stream = new NetworkStream(socket, ownsSocket: true);
        Reader = new ConnectionReader(Stream);
        _closing = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _idleSince = options.TimeProvider.GetTimestamp();
    }

    public EndPoint? RemoteEndPoint { get; }

    public NetworkStream Stream { get; }

    public ConnectionReader Reader { get; }

    /// <summary>The time since which the connection waits for a complete request head; null while a request is handled.</summary>
    public long? IdleSince => Interlocked.Read(ref _idleSince) is var since and >= 0 ? since : null;

    /// <summary>Answers requests until the connection ends.</summary>
    /// <param name="handle">Answers one request.</param>
    public async Task ServeAsync(Func<Exchange, Task> handle)
    {
        do
        {
            Interlocked.Exchange(ref _idleSince, _options.TimeProvider.GetTimestamp());
            if (!await WaitAsync().ConfigureAwait(false))
            {
                return;
            }
        }
        while (await ServeOneAsync(handle).ConfigureAwait(false));
    }

    /// <summary>Closes the connection while it waits for a request.</summary>
    public void CloseIdle()
    {
        try
        {
            _closing.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    /// <summary>Signals the end of the response to the client.</summary>
    public void EndSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The client has closed the connection.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stream.Dispose();
        _closing.Dispose();
    }

    private async Task<bool> WaitAsync()
    {
        using var timeout = new CancellationTokenSource(LocalRegistryLimits.KeepAliveTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _closing.Token);
        return await Reader.WaitAsync(either.Token).ConfigureAwait(false);
    }

    private async Task<bool> ServeOneAsync(Func<Exchange, Task> handle)
    {
        if (await ReadHeadAsync().ConfigureAwait(false) is not { } head)
        {
            return false;
        }

        Interlocked.Exchange(ref _idleSince, -1);
        using var exchange = new Exchange(this, head, _options, _stopping);
        await handle(exchange).ConfigureAwait(false);
        return exchange.IsAnswered && !exchange.IsAborted && await exchange.CompleteAsync().ConfigureAwait(false);
    }

    private async Task<RequestHead?> ReadHeadAsync()
    {
        using var timeout = new CancellationTokenSource(LocalRegistryLimits.HeadTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _closing.Token);
        try
        {
            return await Reader.ReadHeadAsync(either.Token).ConfigureAwait(false);
        }
        catch (RequestRejectedException error)
        {
            await RejectHeadAsync(error).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !_closing.IsCancellationRequested)
        {
            await RejectHeadAsync(
                new RequestRejectedException(
                    HttpStatusCode.RequestTimeout, ErrorCode.Unsupported, "the request line or a header is missing"))
                .ConfigureAwait(false);
            return null;
        }
    }

    // The end of the request is unknown: the rest of the connection is discarded.
    private async Task RejectHeadAsync(RequestRejectedException error)
    {
        var body = ErrorDocument.Of(error);
        var headers = new HeaderTable
        {
            ["Content-Type"] = ErrorDocument.MediaType,
            ["Content-Length"] = $"{body.Length}",
            ["Connection"] = "close"
        };
        await Stream.WriteAsync(
            ResponseHead.Write(error.Status, headers, _options.TimeProvider.GetUtcNow()), _stopping).ConfigureAwait(false);
        await Stream.WriteAsync(body, _stopping).ConfigureAwait(false);
        EndSending();
        using var timeout = new CancellationTokenSource(LocalRegistryLimits.DrainTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _closing.Token);
        var buffer = new byte[16 * 1024];
        for (long total = 0; total < LocalRegistryLimits.DrainLength;)
        {
            var count = await Stream.ReadAsync(buffer, either.Token).ConfigureAwait(false);
            if (count == 0)
            {
                return;
            }

            total += count;
        }
    }
}
