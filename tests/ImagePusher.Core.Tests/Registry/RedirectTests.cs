using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Redirects of blobs, manifests and uploads.</summary>
public sealed class RedirectTests
{
    private static readonly RegistryCredential Ann = new("ann", "s3cr:et");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_to_another_host_is_followed_without_Authorization(int status)
    {
        var blob = MemoryBlob.Random(10_000);
        var headers = new List<string?>();
        await using var storage = LoopbackServer.Start(exchange =>
        {
            headers.Add(exchange.Header("Authorization"));
            return exchange.RespondAsync(200, blob.Content, "binary/octet-stream");
        });
        await using var server =
            new AuthServer { OnRequest =
                exchange => RedirectAsync(exchange, status, $"http://{storage.Address}/bucket/object?X-Amz-Signature=abc%2Fdef") };
        await using var session = new RegistrySession();
        Assert.Equal(blob.Content, await ReadAsync(session.Repository(server.Address, credential: Ann), blob.Descriptor));
        Assert.Equal([null], headers);
        Assert.NotNull(server.Requests[^1].Authorization);
    }

    [Fact]
    public async Task A_redirect_on_the_same_host_keeps_Authorization()
    {
        var blob = MemoryBlob.Random(10_000);
        await using var server = new AuthServer
        {
            OnRequest = exchange => exchange.Path.StartsWith("/v2/", StringComparison.Ordinal)
                ? RedirectAsync(exchange, 307, "/moved/blob?x=1")
                : exchange.RespondAsync(200, blob.Content, "binary/octet-stream"),
        };
        await using var session = new RegistrySession();
        Assert.Equal(blob.Content, await ReadAsync(session.Repository(server.Address), blob.Descriptor));
        Assert.Equal("Bearer token-1", server.Requests[^1].Authorization);
    }

    [Fact]
    public async Task Range_is_kept_and_the_signed_query_is_sent_byte_for_byte()
    {
        var blob = MemoryBlob.Random(10_000);
        var seen = new List<(string Target, string? Range)>();
        await using var storage = LoopbackServer.Start(exchange =>
        {
            seen.Add((exchange.Target, exchange.Header("Range")));
            exchange.Add("Content-Range", "bytes 4000-9999/10000");
            return exchange.RespondAsync(206, blob.Content[4000..], "binary/octet-stream");
        });
        await using var server =
            new AuthServer { OnRequest =
                exchange => RedirectAsync(exchange, 307, $"http://{storage.Address}/b/o?sig=a%2fB%2B+~%7E&se=2026-01-01T00%3A00%3A00Z") };
        await using var session = new RegistrySession();
        Assert.Equal(blob.Content[4000..], await ReadAsync(session.Repository(server.Address), blob.Descriptor, 4000));
        Assert.Equal([("/b/o?sig=a%2fB%2B+~%7E&se=2026-01-01T00%3A00%3A00Z", "bytes=4000-")], seen);
    }

    [Fact]
    public async Task A_retry_starts_again_from_the_registrys_URL()
    {
        var blob = MemoryBlob.Random(10_000);
        var link = 0;
        await using var storage = LoopbackServer.Start(exchange => exchange.Target.EndsWith("=1", StringComparison.Ordinal)
            ? exchange.RespondAsync(403, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
                "application/xml")
            : exchange.RespondAsync(200, blob.Content, "binary/octet-stream"));
        await using var server =
            new AuthServer { OnRequest = exchange => RedirectAsync(exchange, 307, $"http://{storage.Address}/b/o?expires={++link}") };
        await using var session = new RegistrySession();
        Assert.Equal(blob.Content, await ReadAsync(session.Repository(server.Address), blob.Descriptor));
        Assert.Equal(2, link);
    }

    [Fact]
    public async Task A_storage_that_cannot_be_reached_is_named_beside_the_registry()
    {
        await using var server =
            new AuthServer { OnRequest = exchange => RedirectAsync(exchange, 307, "http://127.0.0.1:9/b/o?X-Amz-Signature=s3cret") };
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryUnreachableException>(
            () => ReadAsync(session.Repository(server.Address, retries: 0), MemoryBlob.Random(10).Descriptor));
        Assert.Contains(server.Address, error.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:9", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.Message + session.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_circular_redirect_ends()
    {
        await using var server = new AuthServer { OnRequest = exchange => RedirectAsync(exchange, 307, exchange.Target) };
        await using var session = new RegistrySession();
        await Assert.ThrowsAsync<RegistryProtocolException>(
            () => ReadAsync(session.Repository(server.Address), MemoryBlob.Random(10).Descriptor));
        Assert.InRange(server.Requests.Count, 5, 20);
    }

    [Theory]
    [InlineData("/st/\u00c3\u00bc?s=1#part", "/st/%C3%BC?s=1")]
    [InlineData("/st/\u00fc?s=1", "/st/%FC?s=1")]
    [InlineData("/st/%20a|b\u00e6\u00bc\u00a2?s=\u00c3\u00bc d", "/st/%20a|b%E6%BC%A2?s=%C3%BC%20d")]
    public async Task Characters_of_a_Location_that_are_not_ASCII_are_percent_encoded_on_the_wire(string location, string expected)
    {
        var blob = MemoryBlob.Random(10);
        var asked = new List<string>();
        await using var server = LoopbackServer.Start(exchange =>
        {
            asked.Add(exchange.Target);
            return exchange.Path == "/v2/" ? exchange.RespondAsync(200)
                : exchange.Path.StartsWith("/st", StringComparison.Ordinal)
                    ? exchange.RespondAsync(200, blob.Content, "application/octet-stream")
                : RedirectAsync(exchange, 307, location);
        });
        await using var session = new RegistrySession();
        Assert.Equal(blob.Content, await ReadAsync(session.Repository(server.Address), blob.Descriptor));
        Assert.Equal(expected, asked[^1]);
    }

    [Theory]
    [InlineData("\u00e2\u0080\u009chttp\u00e2\u0080\u009d://127.0.0.1/v2/x")]
    [InlineData("ftp://storage.example/x")]
    [InlineData("http://")]
    public async Task A_Location_that_is_not_a_URL_is_named(string location)
    {
        await using var server = new AuthServer { OnRequest = exchange => RedirectAsync(exchange, 307, location) };
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => ReadAsync(session.Repository(server.Address), MemoryBlob.Random(10).Descriptor));
        Assert.Contains("Location that is not a URL", error.Message, StringComparison.Ordinal);
        Assert.Contains(location.Split('/')[^1], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_is_not_followed_from_https_to_http()
    {
        using var certificates = new TestCertificates();
        var image = TestImage.Of([1]);
        await using var plain = LoopbackServer.Start(exchange => exchange.RespondAsync(200, image.Manifest, TestImage.ManifestType));
        await using var server = LoopbackServer.Start(
            exchange => exchange.Path == "/v2/" ? exchange.RespondAsync(200)
                : RedirectAsync(exchange, 307, $"http://{plain.Address}{exchange.Target}"), certificates);
        await using var session =
            new RegistrySession(RegistrySession.Quick with { PlainHttp = false, CertificateAuthority = certificates.AuthorityFile });
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains("plain http", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_follows_307_with_its_method_and_body()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").Take(1).RedirectTo(proxy.OtherAddress);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(1000);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
    }

    [Fact]
    public async Task Cookies_are_kept_for_balancers_that_stick_by_them()
    {
        ExternalTools.Require("docker-registry");
        using var storage = new TemporaryFolder();
        await using var one = await DockerRegistry.StartAsync(
            new DockerRegistryOptions { StorageFolder = storage.FullName, Secret = "one" }, Token);
        await using var two = await DockerRegistry.StartAsync(
            new DockerRegistryOptions { StorageFolder = storage.FullName, Secret = "two" }, Token);
        await using var proxy = FaultProxy.Start([one.Address, two.Address]);
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(100_000), Token);
        Assert.Single(proxy.RequestsOf("POST|PATCH|PUT").Select(request => request.Backend).Distinct());
    }

    private static Task RedirectAsync(ServerExchange exchange, int status, string location)
    {
        exchange.Add("Location", location);
        return exchange.RespondAsync(status);
    }

    private static async Task<byte[]> ReadAsync(RegistryRepository repository, Descriptor blob, long offset = 0)
    {
        await using var stream = await repository.OpenBlobAsync(blob, offset, Token);
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory, Token);
        return memory.ToArray();
    }
}
