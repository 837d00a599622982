using System.Net;

namespace ImagePusher.TestSupport.Tests;

public sealed class NginxTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_passes_a_small_push_and_rejects_a_larger_body_with_413()
    {
        await using var registry = await DockerRegistry.StartAsync(Token);
        await using var nginx = await Nginx.StartAsync(registry.Address, new NginxOptions(), Token);
        using var client = Http.NewClient();
        await client.PushImageAsync(nginx.Url, "team/app", "1", [Http.RandomBytes(1_000_000)], Token);
        Assert.Equal(3, registry.Blobs().Count);

        using var begun = await client.BeginUploadAsync(nginx.Url, "team/app", Token);
        Assert.Equal(nginx.Address, begun.ResolvedLocation().Authority);
        using var request = new HttpRequestMessage(HttpMethod.Put, begun.ResolvedLocation().WithDigest("sha256:00"));
        request.Content = new ByteArrayContent(new byte[1_100_000]);
        request.Headers.ExpectContinue = true;
        using var refused = await client.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        Assert.Contains("<html>", await refused.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Behind_a_TLS_proxy_without_forwarded_headers_Locations_have_the_wrong_scheme_and_host(bool forwardsHost)
    {
        using var certificates = new TestCertificates();
        await using var registry = await DockerRegistry.StartAsync(Token);
        await using var nginx = await Nginx.StartAsync(
            registry.Address, new NginxOptions { Certificates = certificates, ForwardsHost = forwardsHost, ForwardsScheme = false,
                BuffersRequests = false }, Token);
        using var client = Http.NewClient(certificates);
        using var begun = await client.BeginUploadAsync(nginx.Url, "a", Token);
        Assert.Equal(HttpStatusCode.Accepted, begun.StatusCode);
        Assert.Equal("http", begun.ResolvedLocation().Scheme);
        Assert.Equal(forwardsHost, nginx.Address == begun.ResolvedLocation().Authority);
    }

    [Fact]
    public async Task It_can_require_a_client_certificate()
    {
        using var certificates = new TestCertificates();
        await using var registry = await DockerRegistry.StartAsync(Token);
        await using var nginx = await Nginx.StartAsync(
            registry.Address, new NginxOptions { Certificates = certificates, WantsClientCertificate = true }, Token);
        using var client = Http.NewClient(certificates, withClientCertificate: true);
        using var nameless = Http.NewClient(certificates);
        using var served = await client.GetAsync(new Uri(nginx.Url, "v2/"), Token);
        using var refused = await nameless.GetAsync(new Uri(nginx.Url, "v2/"), Token);
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }
}
