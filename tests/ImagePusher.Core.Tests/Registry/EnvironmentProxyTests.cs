using ImagePusher.Core.Registry.Http;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>The proxy of HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY.</summary>
public sealed class EnvironmentProxyTests
{
    private static readonly TestImage Image = TestImage.Of([1]);

    private readonly Dictionary<string, string> _environment = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("HTTP_PROXY", true)]
    [InlineData("http_proxy", true)]
    [InlineData("ALL_PROXY", true)]
    [InlineData("HTTPS_PROXY", false)]
    public async Task Plain_http_goes_through_HTTP_PROXY(string variable, bool isUsed)
    {
        var asked = new List<string>();
        await using var proxy = Serve(asked);
        _environment[variable] = proxy.Address;
        await using var session = NewSession(plainHttp: true);
        var pull = session.Repository("registry.invalid:5000", retries: 0).ResolveAsync("1", Token);
        if (isUsed)
        {
            await pull;
            Assert.Equal(["http://registry.invalid:5000/v2/", "http://registry.invalid:5000/v2/team/app/manifests/1"], asked);
        }
        else
        {
            await Assert.ThrowsAsync<RegistryUnreachableException>(() => pull);
            Assert.Empty(asked);
        }
    }

    [Fact]
    public async Task Lower_case_precedes_upper_case()
    {
        var asked = new List<string>();
        await using var proxy = Serve(asked);
        (_environment["http_proxy"], _environment["HTTP_PROXY"]) = (proxy.Address, "127.0.0.1:9");
        await using var session = NewSession(plainHttp: true);
        await session.Repository("registry.invalid").ResolveAsync("1", Token);
        Assert.NotEmpty(asked);
    }

    [Fact]
    public async Task A_variable_that_a_script_sets_is_used_from_then_on()
    {
        var (first, second) = (new List<string>(), new List<string>());
        await using var one = Serve(first);
        await using var two = Serve(second);
        await using var session = NewSession(plainHttp: true);
        _environment["HTTP_PROXY"] = one.Url.ToString();
        await session.Repository("registry.invalid").ResolveAsync("1", Token);
        _environment["HTTP_PROXY"] = two.Url.ToString();
        await session.Repository("registry.invalid").ResolveAsync("1", Token);
        Assert.Equal((2, 1), (first.Count, second.Count));
    }

    [Theory]
    [InlineData("HTTPS_PROXY", "http://{proxy}")]
    [InlineData("https_proxy", "{proxy}")]
    [InlineData("ALL_PROXY", "http://{proxy}/")]
    public async Task https_goes_through_a_tunnel_of_HTTPS_PROXY(string variable, string value)
    {
        ExternalTools.Require("docker-registry");
        using var certificates = new TestCertificates();
        await using var registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { Certificates = certificates }, Token);
        await using var proxy = TunnelProxy.Start(registry.Address);
        _environment[variable] = value.Replace("{proxy}", proxy.Address, StringComparison.Ordinal);
        await using var session = NewSession();
        var blob = MemoryBlob.Random(2_000_000);
        await session.Repository("registry.invalid").WriteBlobAsync(blob, Token);
        Assert.Equal([blob.TrueDigest.ToString()], registry.Blobs().Keys);
        Assert.All(proxy.Opened, target => Assert.Equal("registry.invalid:443", target));
        Assert.NotEmpty(proxy.Opened);
    }

    [Fact]
    [Trait("Wine", "Wine has no ECDSA keys.")]
    public async Task A_password_in_HTTPS_PROXY_is_sent_to_the_proxy_and_never_shown()
    {
        using var certificates = new TestCertificates();
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant, new FakeRegistryOptions { Certificates = certificates });
        await using var proxy = TunnelProxy.Start(registry.Address, Http.Basic("ann", "s3cr:et").ToString());
        _environment["HTTPS_PROXY"] = $"http://ann:s3cr%3Aet@{proxy.Address}";
        await using var session = NewSession();
        await session.Repository("registry.invalid").WriteBlobAsync(MemoryBlob.Random(1000), Token);

        _environment["HTTPS_PROXY"] = $"http://ann:s3cret-wr0ng@{proxy.Address}";
        await using var again = NewSession();
        var error = await Assert.ThrowsAsync<RegistryUnreachableException>(
            () => again.Repository("registry.invalid").ResolveAsync("1", Token));
        Assert.Contains($"through the proxy {proxy.Address}", error.Message, StringComparison.Ordinal);
        Assert.Contains("407", error.Message, StringComparison.Ordinal);
        Assert.Contains("HTTPS_PROXY", error.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain(again.Log.Lines, line => line.Contains("attempt 2", StringComparison.Ordinal));
        Assert.DoesNotContain("s3cr", session.Log.Text + again.Log.Text + error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_proxy_is_named()
    {
        _environment["HTTPS_PROXY"] = "http://ann:s3cret@127.0.0.1:9";
        await using var session = NewSession();
        var error = await Assert.ThrowsAsync<RegistryUnreachableException>(
            () => session.Repository("registry.invalid", retries: 0).ResolveAsync("1", Token));
        Assert.Contains("registry.invalid through the proxy 127.0.0.1:9 refused the connection", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error + session.Log.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*", "https://registry.example", true)]
    [InlineData("registry.example", "https://registry.example", true)]
    [InlineData("REGISTRY.example", "https://registry.EXAMPLE", true)]
    [InlineData("example", "https://registry.example", true)]
    [InlineData(".example", "https://registry.example", true)]
    [InlineData("*.example", "https://registry.example", true)]
    [InlineData(".registry.example", "https://registry.example", false)]
    [InlineData("stry.example", "https://registry.example", false)]
    [InlineData("other, registry.example ,more", "https://registry.example:5000", true)]
    [InlineData("registry.example:5000", "https://registry.example:5000", true)]
    [InlineData("registry.example:443", "https://registry.example", true)]
    [InlineData("registry.example:5000", "https://registry.example", false)]
    [InlineData("10.0.0.0/8", "https://10.1.2.3:5000", true)]
    [InlineData("10.0.0.0/8", "https://11.1.2.3:5000", false)]
    [InlineData("10.0.0.0/8", "https://ten.example", false)]
    [InlineData("10.1.2.3", "https://10.1.2.3", true)]
    [InlineData("10.1.2.3:5000", "https://10.1.2.3", false)]
    [InlineData("fd00::1", "https://[fd00::1]:5000", true)]
    [InlineData("[fd00::1]:5000", "https://[fd00::1]:5000", true)]
    [InlineData("fd00::/8", "https://[fd00::1]", true)]
    [InlineData("", "https://registry.example", false)]
    public void NO_PROXY_has_the_rules_of_docker(string list, string host, bool isNamed)
    {
        (_environment["HTTPS_PROXY"], _environment["NO_PROXY"]) = ("http://127.0.0.1:9", list);
        var proxy = new EnvironmentProxy(Read);
        Assert.Equal(isNamed, proxy.IsBypassed(new Uri(host)));
        Assert.Equal(isNamed, proxy.GetProxy(new Uri(host)) is null);
    }

    [Fact]
    public void A_Proxy_header_of_a_request_does_not_configure_a_proxy()
    {
        (_environment["HTTP_PROXY"], _environment["GATEWAY_INTERFACE"]) = ("http://127.0.0.1:9", "CGI/1.1");
        var proxy = new EnvironmentProxy(Read);
        Assert.Null(proxy.GetProxy(new Uri("http://registry.example")));
        Assert.True(proxy.IsBypassed(new Uri("http://registry.example")));
    }

    [Theory]
    [InlineData("socks9://ann:s3cret@127.0.0.1:9")]
    [InlineData("ann:s3cret@:bad")]
    [InlineData("http://")]
    public async Task A_variable_that_is_not_the_address_of_a_proxy_is_an_error_that_names_it(string value)
    {
        _environment["HTTP_PROXY"] = value;
        await using var session = NewSession(plainHttp: true);
        var error = await Assert.ThrowsAsync<InvalidOptionException>(
            () => session.Repository("registry.invalid:5000", retries: 0).ResolveAsync("1", Token));
        Assert.Contains("The environment variable HTTP_PROXY is not", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("socks5h://127.0.0.1:9", "socks5://127.0.0.1:9/")]
    [InlineData("socks://127.0.0.1:9", "socks5://127.0.0.1:9/")]
    [InlineData("SOCKS4A://127.0.0.1:9", "socks4a://127.0.0.1:9/")]
    public void The_schemes_of_curl_are_read(string value, string expected)
    {
        _environment["ALL_PROXY"] = value;
        Assert.Equal(expected, new EnvironmentProxy(Read).GetProxy(new Uri("https://registry.example"))?.ToString());
    }

    private static LoopbackServer Serve(List<string> asked) => LoopbackServer.Start(exchange =>
    {
        asked.Add(exchange.Target);
        return exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType);
    });

    private string? Read(string variable) => _environment.GetValueOrDefault(variable);

    // The name that the proxy opens tunnels to is in no certificate of the tests.
    private RegistrySession NewSession(bool plainHttp = false) =>
        new(RegistrySession.Quick with { PlainHttp = plainHttp, SkipCertificateCheck = true }, environment: Read);
}
