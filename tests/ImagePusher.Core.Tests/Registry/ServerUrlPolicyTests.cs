using System.Net;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Registry.Http;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>The URLs that a server may specify in redirects, upload Locations and token realms.</summary>
public sealed class ServerUrlPolicyTests
{
    private static readonly TestImage Image = TestImage.Of([1]);
    private static readonly IPAddress Public = IPAddress.Parse("203.0.113.9");
    private static readonly IPAddress Private = IPAddress.Parse("10.0.0.5");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://10.0.0.7/x")]
    [InlineData("http://127.0.0.1:9/x")]
    [InlineData("http://2130706433/x")]
    [InlineData("http://0x7f.1/x")]
    [InlineData("http://0.0.0.0/x")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://[::1]/x")]
    [InlineData("http://[64:ff9b::a00:7]/x")]
    [InlineData("http://[::ffff:192.168.0.1]/x")]
    [InlineData("http://[2002:a00:7::1]/x")]
    [InlineData("http://localhost./x")]
    [InlineData("http://metadata.localhost/x")]
    public void A_public_registry_cannot_redirect_to_a_private_address(string url)
    {
        foreach (var use in Enum.GetValues<ServerUrlUse>())
        {
            var error = Assert.ThrowsAny<RegistryException>(() => Policy("http://registry.example").Check(url, use, "reading"));
            Assert.Contains("private network", error.Message, StringComparison.Ordinal);
            Assert.Contains("AllowedHosts", error.RecommendedAction, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_query_is_not_shown_because_it_may_contain_a_secret()
    {
        var error = Assert.Throws<RegistryProtocolException>(
            () => Policy("http://registry.example").Check("http://10.0.0.7/x?sig=s3cret", ServerUrlUse.Redirect, "reading"));
        Assert.DoesNotContain("s3cret", error.Message + error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.7")]
    [InlineData("10.0.0.7:9000")]
    [InlineData("10.0.0.0/8")]
    public void An_allowed_host_may_be_private(string pattern) =>
        Policy("https://registry.example", pattern).Check("https://10.0.0.7:9000/x", ServerUrlUse.Redirect, "reading");

    [Theory]
    [InlineData("10.0.0.8")]
    [InlineData("10.0.0.7:9001")]
    [InlineData("storage.example")]
    public void An_allowed_host_allows_no_other(string pattern) => Assert.Throws<RegistryProtocolException>(
        () => Policy("https://registry.example", pattern).Check("https://10.0.0.7:9000/x", ServerUrlUse.Redirect, "reading"));

    [Theory]
    [InlineData("http://10.0.0.1:5000")]
    [InlineData("http://localhost:5000")]
    [InlineData("http://[fd00::1]:5000")]
    public void A_private_registry_can_redirect_to_private_addresses(string address) =>
        Policy(address).Check("http://10.0.0.7:9000/x", ServerUrlUse.Upload, "uploading");

    [Fact]
    public void An_intranet_registry_can_redirect_to_private_addresses()
    {
        var policy = Policy("http://registry.corp.example");
        policy.Connected(new Uri("http://registry.corp.example/v2/"), Private);
        policy.Check("http://10.0.0.7/x", ServerUrlUse.Redirect, "reading");
        Assert.True(policy.AllowsConnection(new Uri("http://storage.corp.example/x"), IPAddress.Parse("10.0.0.9")));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.0.0.5")]
    [InlineData("169.254.169.254")]
    [InlineData("fd00::1")]
    public void A_registry_whose_name_resolves_to_a_private_and_later_to_a_public_address_is_public(string first)
    {
        var policy = Policy("https://registry.example");
        var own = new Uri("https://registry.example/v2/");
        policy.Connected(own, IPAddress.Parse(first));
        policy.Connected(own, Public);
        policy.Connected(own, IPAddress.Parse(first));
        foreach (var use in Enum.GetValues<ServerUrlUse>())
        {
            Assert.ThrowsAny<RegistryException>(() => policy.Check("https://10.0.0.7/x", use, "reading"));
        }

        Assert.False(policy.AllowsConnection(new Uri("https://storage.example/x"), Private));

        // A registry with two views of its name stays reachable from both.
        Assert.True(policy.AllowsConnection(own, Private));
    }

    [Fact]
    public void A_name_that_resolves_to_a_private_address_is_rejected_when_connecting()
    {
        var policy = Policy("http://registry.example");
        policy.Connected(new Uri("http://registry.example/v2/"), Public);
        Assert.False(policy.AllowsConnection(new Uri("http://storage.example/x"), Private));
        Assert.False(policy.AllowsConnection(new Uri("http://storage.example/x"), IPAddress.Parse("64:ff9b::a00:1")));
        Assert.True(policy.AllowsConnection(new Uri("http://storage.example/x"), IPAddress.Parse("203.0.113.10")));

        // Nor may the registry's own name change to one.
        Assert.False(policy.AllowsConnection(new Uri("http://registry.example:22/x"), IPAddress.Loopback));
    }

    [Theory]
    [InlineData("storage.example")]
    [InlineData("10.0.0.0/24")]
    public void A_private_storage_is_allowed_by_its_name_or_network(string pattern) =>
        Assert.True(Policy("http://registry.example", pattern).AllowsConnection(new Uri("http://storage.example/x"), Private));

    [Theory]
    [InlineData(ServerUrlUse.Redirect)]
    [InlineData(ServerUrlUse.Upload)]
    [InlineData(ServerUrlUse.TokenServer)]
    internal void Https_is_not_left_for_http(ServerUrlUse use)
    {
        var error = Assert.ThrowsAny<RegistryException>(
            () => Policy("https://registry.example").Check("http://storage.example/x", use, "reading"));
        Assert.Contains("plain http", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Verified_content_may_come_from_an_allowed_host_by_http()
    {
        var policy = Policy("https://registry.example", "storage.example");
        policy.Check("http://storage.example/x", ServerUrlUse.Redirect, "reading", isVerified: true);
        Assert.Throws<RegistryProtocolException>(() => policy.Check("http://storage.example/x", ServerUrlUse.Redirect, "reading"));
    }

    [Fact]
    public async Task A_proxy_on_loopback_is_exempt_and_an_allowed_private_storage_is_reached_through_it()
    {
        var asked = new List<string>();
        await using var world = LoopbackServer.Start(exchange =>
        {
            asked.Add(exchange.Target);
            if (exchange.Target.StartsWith("http://10.0.0.7", StringComparison.Ordinal) || exchange.Path == "/v2/")
            {
                return exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType);
            }

            exchange.Add("Location", "http://10.0.0.7:9000/store/1?sig=x");
            return exchange.RespondAsync(307);
        });
        var settings = RegistrySession.Quick with { PlainHttp = true };
        await using (var closed = new RegistrySession(settings, change: options => options with { Proxy = new WebProxy(world.Url) }))
        {
            await Assert.ThrowsAsync<RegistryProtocolException>(() => closed.Repository("registry.example").ResolveAsync("1", Token));
            Assert.DoesNotContain(asked, target => target.StartsWith("http://10.", StringComparison.Ordinal));
        }

        await using var open = new RegistrySession(
            settings with { AllowedHosts = ["10.0.0.7"] }, change: options => options with { Proxy = new WebProxy(world.Url) });
        await open.Repository("registry.example").ResolveAsync("1", Token);
        Assert.Equal("http://10.0.0.7:9000/store/1?sig=x", asked[^1]);
    }

    [Fact]
    public async Task A_connection_to_a_forbidden_address_is_not_made()
    {
        var requests = 0;
        await using var server = LoopbackServer.Start(exchange =>
        {
            requests++;
            return exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType);
        });
        var options = new RegistryClientOptions { CertificateFolders = [], Environment = _ => null };
        using var connection = new HostConnection(server.Address, RegistrySession.Quick, options);

        // The registry was reached in the internet before; now its name leads to this machine.
        connection.Host.UrlPolicy.Connected(server.Url, Public);
        var transport = new RegistryTransport(connection, options, RequestOptions.Default, (_, _) => default);
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(
            () => transport.SendAsync(new RegistryRequest { Method = HttpMethod.Get, Target = "/v2/", Purpose = "reading" }, Token));
        Assert.Contains("private network", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, requests);
    }

    private static ServerUrlPolicy Policy(string address, params string[] allowed) =>
        new("registry.example", RegistrySettings.Default with { AllowedHosts = allowed }, () => address, new SecretFilter());
}
