using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.TestSupport.Tests;

/// <summary>A proxy in front of a server that records its requests and sends the requested content.</summary>
public abstract class FaultProxyTestBase : IAsyncLifetime
{
    protected const int Size = 3_000_000;
    protected static byte[] Content { get; } = Http.RandomBytes(Size);

    private protected ReceivedBodies Seen { get; } = new();

    protected LoopbackServer Server { get; }

    protected FaultProxy Proxy { get; }

    protected HttpClient Client { get; } = Http.NewClient();

    protected FaultProxyTestBase()
    {
        Server = LoopbackServer.Start(ServeAsync);
        Proxy = FaultProxy.Start(Server.Address);
    }

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Proxy.DisposeAsync();
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected HttpRequestMessage Upload(HttpMethod method, string target, byte[] content, bool chunked) =>
        new(method, new Uri(Proxy.Url, target)) { Content = new ByteArrayContent(content),
            Headers = { TransferEncodingChunked = chunked } };

    private async Task ServeAsync(ServerExchange exchange)
    {
        if (exchange.Path == "/content")
        {
            await exchange.RespondAsync(200, Content, "application/octet-stream");
            return;
        }

        var body = await Seen.ReadAsync(exchange);
        await exchange.RespondAsync(200, exchange.Path == "/echo" ? body : [], "application/octet-stream");
    }
}
