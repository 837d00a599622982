using System.Net;
using System.Text.RegularExpressions;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>The upload Locations that are followed, and their resolution.</summary>
public sealed class UploadLocationTests
{
    private const int Mebibyte = 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("absolute")]
    [InlineData("host-relative")]
    [InlineData("path-relative")]
    [InlineData("other scheme")]
    [InlineData("doubled slash")]
    public async Task Every_form_of_Location_is_accepted(string style)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        var rule = proxy.On("POST|PATCH");
        _ = style switch
        {
            "host-relative" => rule.HostRelativeLocation(),
            "path-relative" => rule.PathRelativeLocation(),
            "other scheme" => rule.ForeignLocation(proxy.Address, "https"),
            "doubled slash" => rule.DoubledSlash(proxy.Address),
            _ => rule,
        };
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(1000);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
    }

    [Fact]
    public async Task A_Location_without_the_port_refers_to_the_registry()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("POST|PATCH").ForeignLocation("localhost");
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(1000);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
    }

    [Fact]
    public async Task A_Location_may_be_on_another_host_which_gets_no_credentials()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var other = FaultProxy.Start(registry.Address);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("GET", "^/v2/$").Take(1).Respond(401).WithHeader("WWW-Authenticate", "Basic realm=\"x\"");
        proxy.On("POST").ForeignLocation(other.OtherAddress);
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address, credential: new RegistryCredential("ann", "secret")).WriteBlobAsync(MemoryBlob.Random(1000),
            Token);
        Assert.NotNull(proxy.RequestsOf("POST").Single().Header("Authorization"));
        Assert.Equal(["PATCH", "PUT"], other.Requests.Select(request => request.Method));
        Assert.All(other.Requests, request => Assert.Null(request.Header("Authorization")));
    }

    [Theory]
    [InlineData("http://localhost")]
    [InlineData("http://localhost?_state=x")]
    [InlineData("http://localhost/")]
    [InlineData("http://")]
    public async Task A_Location_without_a_path_is_rejected(string location)
    {
        await using var server = Serve(exchange =>
        {
            exchange.Add("Location", location);
            return exchange.RespondAsync(202);
        });
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => session.Repository(server.Address).WriteBlobAsync(MemoryBlob.Random(10), Token));
        Assert.Contains("sent a Location that cannot be used", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("_state", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://10.0.0.7:5000/v2/team/app/blobs/uploads/1")]
    [InlineData("http://localhost:9/v2/team/app/blobs/uploads/1")]
    public async Task A_Location_in_a_private_network_is_rejected_for_a_public_registry(string location)
    {
        var asked = new List<string>();
        await using var world = LoopbackServer.Start(exchange =>
        {
            asked.Add($"{exchange.Method} {exchange.Target}");
            exchange.Add("Location", location);
            return exchange.RespondAsync(exchange.Method == "POST" ? 202 : 200);
        });
        await using var session = new RegistrySession(RegistrySession.Quick with { PlainHttp = true },
            change: options => options with { Proxy = new WebProxy(world.Url) });
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => session.Repository("registry.example").WriteBlobAsync(MemoryBlob.Random(10), Token));
        Assert.Contains("private network", error.Message, StringComparison.Ordinal);
        Assert.Equal(["GET http://registry.example/v2/", "POST http://registry.example/v2/team/app/blobs/uploads/"], asked);
    }

    [Theory]
    [InlineData("http://10.0.0.7:5000/v2/team/app/blobs/uploads/1", 0)]
    [InlineData("http://[::ffff:127.0.0.1]:9/v2/team/app/blobs/uploads/1", 5)]
    [InlineData("http://169.254.169.254/latest/meta-data", 10)]
    public async Task A_recorded_Location_in_a_private_network_is_rejected_for_a_public_registry(string location, long offset)
    {
        var asked = new List<string>();
        await using var world = LoopbackServer.Start(exchange =>
        {
            asked.Add($"{exchange.Method} {exchange.Target}");
            return exchange.RespondAsync(exchange.Method == "GET" ? 200 : 404);
        });
        await using var session = new RegistrySession(
            RegistrySession.Quick with { PlainHttp = true }, change: options => options with { Proxy = new WebProxy(world.Url) },
            journal: new PlantedJournal(location, offset));
        _ = await Assert.ThrowsAnyAsync<ImagePusherException>(
            () => session.Repository("registry.example").WriteBlobAsync(MemoryBlob.Random(10), Token));
        Assert.NotEmpty(asked);
        Assert.All(asked, request => Assert.Contains(" http://registry.example/v2/", request, StringComparison.Ordinal));
    }

    /// <summary>A journal in which someone put the same upload for everything.</summary>
    private sealed class PlantedJournal(string location, long offset) : IUploadJournal
    {
        public ValueTask<UploadSession?> FindAsync(string key, CancellationToken cancellationToken) =>
            new(new UploadSession(key, location, offset, 0, DateTimeOffset.UtcNow));

        public ValueTask SaveAsync(UploadSession session, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask RemoveAsync(string key, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_stale_Location_restarts_the_upload_and_does_not_fail_the_push()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").Take(1).StaleLocation();
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(1000);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
        Assert.Equal(2, proxy.Count("POST"));
    }

    [Fact]
    public async Task The_query_is_kept_byte_for_byte_and_the_digest_appended_with_an_ampersand()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant with { ComparesLocationBytes = true });
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(1000), Token);
        Assert.Matches(@"\?_state=v\d+%2f\w{8}\+%3D%3d%7e&digest=sha256", proxy.RequestsOf("PUT").Single().Target);
    }

    [Fact]
    public async Task Without_a_query_the_digest_is_appended_with_a_question_mark()
    {
        var targets = new List<string>();
        var uploads = new SimpleUploads();
        await using var server = Serve(exchange =>
        {
            targets.Add(exchange.Target);
            return uploads.HandleAsync(exchange);
        });
        await using var session = new RegistrySession();
        await session.Repository(server.Address).WriteBlobAsync(MemoryBlob.Random(10), Token);
        Assert.Contains("/v2/team/app/blobs/uploads/1?digest=sha256%3A", targets[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_PATCH_gives_a_new_Location_that_replaces_the_last()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant with { ChangesLocation = true });
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession(RegistrySession.Quick with { UploadForm = UploadForm.Chunked, ChunkSize = Mebibyte });
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(4 * Mebibyte), Token);
        Assert.Equal(5, proxy.RequestsOf("PATCH|PUT").Select(request => Regex.Match(request.Target, "_state=v[0-9]+").Value).Distinct()
            .Count());
    }

    // Answers GET /v2/ itself, and leaves the rest to the handler.
    private static LoopbackServer Serve(Func<ServerExchange, Task> handler) => LoopbackServer.Start(
        exchange => exchange.Path == "/v2/" ? exchange.RespondAsync(200, "{}") : handler(exchange));
}
