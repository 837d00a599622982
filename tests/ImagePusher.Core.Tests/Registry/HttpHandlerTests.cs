using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Default behavior of the .NET HTTP client that must be disabled, and handlers of the caller.</summary>
public sealed class HttpHandlerTests
{
    private static readonly TestImage Image = TestImage.Of([1]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Authorization_is_kept_for_a_redirect_on_the_same_host_only()
    {
        await using var other =
            LoopbackServer.Start(exchange => exchange.RespondAsync(exchange.Header("Authorization") is null ? 200 : 400, Image.Manifest,
                TestImage.ManifestType));
        var hops = new Queue<string>(["/v2/moved/manifests/1", $"http://{other.Address}/v2/far/manifests/1"]);
        await using var server = new AuthServer
        {
            OnRequest = exchange =>
            {
                exchange.Add("Location", hops.Dequeue());
                return exchange.RespondAsync(307);
            },
        };
        await using var session = new RegistrySession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.All(server.Requests.TakeLast(2), request => Assert.StartsWith("Bearer ", request.Authorization, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_POST_is_repeated_as_POST_after_a_301()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("POST").Take(1).Respond(301).WithHeader("Location", "/v2/team/app/blobs/uploads/");
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(10), Token);
        Assert.Equal(2, proxy.Count("POST"));
    }

    [Fact]
    public async Task A_body_is_created_for_each_attempt()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").Take(1).DropRequest();
        proxy.On("PATCH").Nth(2).Respond(503);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(10_000);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(3, blob.Opened);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
    }

    [Fact]
    public async Task The_digest_is_added_to_the_query_and_does_not_replace_it()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Distribution);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(10), Token);
        Assert.Matches(@"^_state=.*&digest=sha256%3A[0-9a-f]{64}$", proxy.RequestsOf("PUT").Single().Query);
    }

    [Fact]
    public async Task Compressed_responses_are_neither_requested_nor_decompressed()
    {
        string? encoding = null;
        await using var server = LoopbackServer.Start(exchange =>
        {
            encoding = exchange.Header("Accept-Encoding");
            return exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType);
        });
        await using var session = new RegistrySession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Null(encoding);
    }

    [Fact]
    public async Task Connections_are_reused()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        for (var number = 0; number < 10; number++)
        {
            await session.Repository(proxy.Address, $"a/b{number}").WriteBlobAsync(MemoryBlob.Random(2_000_000, number), Token);
        }

        // A connection is free again a moment after its answer is read; the next request may not wait for that.
        Assert.InRange(proxy.Connections, 1, 5);
    }

    [Fact]
    public async Task A_server_that_ignores_Expect_is_waited_for_once()
    {
        var uploads = new SimpleUploads();
        await using var server =
            LoopbackServer.Start(exchange => exchange.Path == "/v2/" ? exchange.RespondAsync(200) : uploads.HandleAsync(exchange));
        await using var proxy = FaultProxy.Start(server.Address);
        proxy.On("PATCH").SetRequestHeader("Expect", null);
        await using var session = new RegistrySession();
        for (var number = 0; number < 4; number++)
        {
            await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(2_000_000, number), Token);
        }

        Assert.Equal(["100-continue", null, null, null], proxy.RequestsOf("PATCH").Select(request => request.Header("Expect")));
    }

    [Fact]
    public async Task A_server_that_is_slow_to_send_100_Continue_still_gets_announcements()
    {
        var time = new FakeTimeProvider();
        var (uploads, expects) = (new SimpleUploads(), new List<string?>());
        await using var server = LoopbackServer.Start(async exchange =>
        {
            if (exchange.Method == "PATCH")
            {
                expects.Add(exchange.Header("Expect"));
                time.Advance(TimeSpan.FromSeconds(2));
            }

            await (exchange.Path == "/v2/" ? exchange.RespondAsync(200) : uploads.HandleAsync(exchange));
        });
        await using var session = new RegistrySession(time: time);
        for (var number = 0; number < 2; number++)
        {
            await session.Repository(server.Address).WriteBlobAsync(MemoryBlob.Random(2_000_000, number), Token);
        }

        Assert.Equal(["100-continue", "100-continue"], expects);
    }

    [Fact]
    public async Task A_handler_of_the_caller_sends_the_requests()
    {
        var asked = new List<string>();
        await using var session = new RegistrySession(change: options => options with
        {
            HandlerFactory = host => new Canned(request =>
            {
                asked.Add($"{host}: {request.Method} {request.RequestUri}");
                return new HttpResponseMessage(System.Net.HttpStatusCode.OK)
                {
                    Content = new ByteArrayContent(Image.Manifest) { Headers = { ContentType = new(TestImage.ManifestType) } },
                };
            }),
        });
        await session.Repository("registry.example").ResolveAsync("1", Token);
        Assert.Equal(
            ["registry.example: GET https://registry.example/v2/",
                "registry.example: GET https://registry.example/v2/team/app/manifests/1"], asked);
    }

    private sealed class Canned(Func<HttpRequestMessage, HttpResponseMessage> respond) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(respond(request));
    }
}
