using System.Net;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>http or https: by the address, by what the server says, and by the options; and whether a proxy is used.</summary>
public sealed class UrlSchemeTests : EndpointTestBase
{
    [Fact]
    public async Task Loopback_is_requested_by_http_first_and_by_https_without_an_http_server()
    {
        await using var plain = Serve();
        await using var secure = Serve(_certificates);
        await using var session = new RegistrySession(RegistrySession.Quick with { CertificateAuthority = _certificates.AuthorityFile });
        await session.Repository(plain.Address).ResolveAsync("1", Token);
        await session.Repository(secure.Address).ResolveAsync("1", Token);
        Assert.Contains($"GET http://{plain.Address}/v2/team/app/manifests/1", session.Log.Text, StringComparison.Ordinal);
        Assert.Contains($"GET https://{secure.Address}/v2/team/app/manifests/1", session.Log.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Client sent an HTTP request to an HTTPS server.\n")]
    [InlineData("<html><center>The plain HTTP request was sent to HTTPS port</center></html>")]
    public async Task A_server_that_requires_https_is_requested_by_https(string body)
    {
        // The server does not speak TLS: the failure shows that TLS was tried.
        await using var server = LoopbackServer.Start(exchange => exchange.RespondAsync(400, body, "text/plain"));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryUnreachableException>(
            () => session.Repository(server.Address, retries: 0).ResolveAsync("1", Token));
        Assert.Contains("TLS", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_hosts_are_requested_by_https_only()
    {
        var asked = new List<string>();
        await using var proxy = LoopbackServer.Start(exchange =>
        {
            asked.Add($"{exchange.Method} {exchange.Target}");
            return exchange.RespondAsync(502);
        });
        await using var session = new RegistrySession(change: options => options with { Proxy = new WebProxy(proxy.Url) });
        await Assert.ThrowsAnyAsync<RegistryException>(() => session.Repository("registry.test", retries: 0).ResolveAsync("1", Token));
        Assert.Equal(["CONNECT registry.test:443"], asked);
    }

    [Fact]
    public async Task PlainHttp_is_http_for_any_host_and_goes_through_the_proxy()
    {
        var asked = new List<string>();
        await using var proxy = LoopbackServer.Start(exchange =>
        {
            asked.Add(exchange.Target);
            return exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType);
        });
        await using var session = new RegistrySession(RegistrySession.Quick with { PlainHttp = true },
            change: options => options with { Proxy = new WebProxy(proxy.Url) });
        await session.Repository("registry.test:5000").ResolveAsync("1", Token);
        Assert.Equal(["http://registry.test:5000/v2/", "http://registry.test:5000/v2/team/app/manifests/1"], asked);
    }

    [Fact]
    public async Task PlainHttp_of_a_call_applies_to_that_call()
    {
        await using var server = Serve();
        await using var session = new RegistrySession(RegistrySession.Quick with { PlainHttp = false });
        var repository = session.Client.GetRepository(server.Address, "team/app", new RequestOptions { PlainHttp = true });
        Assert.Equal(Image.Digest, (await repository.ResolveAsync("1", Token)).Digest.ToString());
    }

    [Fact]
    public async Task Loopback_never_uses_a_proxy()
    {
        await using var server = Serve();
        await using var session = new RegistrySession(change: options => options with { Proxy = new WebProxy("http://127.0.0.1:9/") });
        Assert.Equal(Image.Digest, (await session.Repository(server.Address).ResolveAsync("1", Token)).Digest.ToString());
    }

    [Fact]
    public async Task nginx_before_a_registry_with_TLS_that_does_not_say_so_is_borne()
    {
        ExternalTools.RequireAll("docker-registry", "nginx");
        await using var registry = await DockerRegistry.StartAsync(Token);
        await using var nginx = await Nginx.StartAsync(registry.Address,
            new NginxOptions { Certificates = _certificates, ForwardsScheme = false, BodyLimit = "0" }, Token);
        await using var session =
            new RegistrySession(RegistrySession.Quick with { PlainHttp = false, CertificateAuthority = _certificates.AuthorityFile });
        await session.Repository(nginx.Address).WriteBlobAsync(MemoryBlob.Random(3_000_000), Token);
        Assert.Single(registry.Blobs());
    }
}
