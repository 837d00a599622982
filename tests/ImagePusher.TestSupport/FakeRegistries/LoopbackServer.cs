using ImagePusher.TestSupport.RawHttp;

namespace ImagePusher.TestSupport.FakeRegistries;

/// <summary>A small HTTP/1.1 server on a loopback port, whose handler sees a request before its body.</summary>
public sealed class LoopbackServer : IAsyncDisposable
{
    private readonly LoopbackListener _listener;
    private readonly Func<ServerExchange, Task> _handler;

    private LoopbackServer(Func<ServerExchange, Task> handler, TestCertificates? certificates)
    {
        _handler = handler;
        _listener = new LoopbackListener(certificates, ServeAsync);
    }

    /// <summary>localhost and the port, as in a reference.</summary>
    public string Address => $"localhost:{_listener.Port}";

    /// <summary>Its root, with a slash at the end.</summary>
    public Uri Url => new($"{_listener.Scheme}://{Address}/");

    /// <summary>Starts one.</summary>
    /// <param name="handler">Answers one request; called for several connections at a time.</param>
    /// <param name="certificates">Whose server certificate it shows; null for plain http.</param>
    public static LoopbackServer Start(Func<ServerExchange, Task> handler, TestCertificates? certificates = null) =>
        new(handler, certificates);

    /// <summary>Stops the server. Throws the handler's exception, except those of a closed connection.</summary>
    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task ServeAsync(RawHttpConnection connection, CancellationToken ended)
    {
        while (await connection.ReadHeadAsync(ended) is { } head)
        {
            var exchange = new ServerExchange(connection, head, ended);
            await _handler(exchange);
            if (!await exchange.CompleteAsync())
            {
                await connection.FinishAsync(TimeSpan.FromSeconds(2), ended);
                return;
            }
        }
    }
}
