using System.Net;

namespace ImagePusher.TestSupport.Tests;

public sealed class DockerRegistryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_accepts_a_push_counts_the_requests_and_can_be_emptied()
    {
        await using var registry = await DockerRegistry.StartAsync(Token);
        using var client = Http.NewClient();
        client.DefaultRequestHeaders.Accept.ParseAdd(TestImage.ManifestType);
        var digest = await client.PushImageAsync(registry.Url, "team/app", "1", [Http.RandomBytes(300_000), Http.RandomBytes(5, 2)], Token);

        Assert.Equal(3, await registry.CountAsync("PUT", "/v2/team/app/blobs/uploads/", Token));
        Assert.Equal(1, await registry.CountAsync("PUT", "/manifests/1$", Token));
        Assert.Equal(4, registry.Blobs().Count);
        Assert.Equal(300_000, registry.Blobs()[Http.DigestOf(Http.RandomBytes(300_000))].Length);

        await registry.ForgetRequestsAsync(Token);
        using (var answer = await client.GetAsync(new Uri(registry.Url, "v2/team/app/manifests/1"), Token))
        {
            Assert.Equal(digest, Http.DigestOf(await answer.Content.ReadAsByteArrayAsync(Token)));
        }

        Assert.Equal([new LoggedRequest("GET", "/v2/team/app/manifests/1", 200)], await registry.RequestsAsync(Token));

        await registry.EmptyAsync();
        using var gone = await client.GetAsync(new Uri(registry.Url, "v2/team/app/manifests/1"), Token);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Empty(registry.Blobs());
    }

    [Fact]
    public async Task With_users_it_requires_Basic()
    {
        var options = new DockerRegistryOptions { Users = new Dictionary<string, string> { ["ann"] = "it's \"secret\"", ["bob"] = "b" } };
        await using var registry = await DockerRegistry.StartAsync(options, Token);
        using var client = Http.NewClient();
        using var refused = await client.GetAsync(new Uri(registry.Url, "v2/"), Token);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("Basic", refused.Headers.WwwAuthenticate.Single().Scheme);

        foreach (var (user, password, expected) in new[] { ("ann", "it's \"secret\"", 200), ("bob", "b", 200), ("bob", "wrong", 401) })
        {
            client.DefaultRequestHeaders.Authorization = Http.Basic(user, password);
            using var answer = await client.GetAsync(new Uri(registry.Url, "v2/"), Token);
            Assert.Equal(expected, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_read_only_registry_rejects_an_upload()
    {
        await using var registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { ReadOnly = true }, Token);
        using var client = Http.NewClient();
        using var answer = await client.BeginUploadAsync(registry.Url, "a", Token);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
    }

    [Fact]
    public async Task Two_registries_on_one_storage_continue_an_upload_only_with_a_common_secret()
    {
        using var storage = new TemporaryFolder();
        await using var first = await DockerRegistry.StartAsync(
            new DockerRegistryOptions { StorageFolder = storage.FullName, Secret = "one", RelativeLocations = true }, Token);
        await using var second = await DockerRegistry.StartAsync(
            new DockerRegistryOptions { StorageFolder = storage.FullName, Secret = "two", RelativeLocations = true }, Token);
        await using var third = await DockerRegistry.StartAsync(
            new DockerRegistryOptions { StorageFolder = storage.FullName, Secret = "one", RelativeLocations = true }, Token);
        using var client = Http.NewClient();
        using var begun = await client.BeginUploadAsync(first.Url, "a", Token);
        var location = begun.Headers.Location!;
        Assert.False(location.IsAbsoluteUri);

        using var here = await client.GetAsync(new Uri(third.Url, location), Token);
        using var there = await client.GetAsync(new Uri(second.Url, location), Token);
        Assert.Equal(HttpStatusCode.NoContent, here.StatusCode);
        Assert.NotEqual(HttpStatusCode.NoContent, there.StatusCode);
    }

    [Fact]
    public async Task With_certificates_it_serves_https_and_requires_a_client_certificate()
    {
        using var certificates = new TestCertificates();
        await using var registry = await DockerRegistry.StartAsync(
            new DockerRegistryOptions { Certificates = certificates, WantsClientCertificate = true }, Token);
        using (var client = Http.NewClient(certificates, withClientCertificate: true))
        using (var answer = await client.GetAsync(new Uri(registry.Url, "v2/"), Token))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(1, await registry.CountAsync("GET", "^/v2/$", Token));
        }

        using var nameless = Http.NewClient(certificates);
        await Assert.ThrowsAsync<HttpRequestException>(() => nameless.GetAsync(new Uri(registry.Url, "v2/"), Token));
        using var untrusting = Http.NewClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => untrusting.GetAsync(new Uri(registry.Url, "v2/"), Token));
    }

    [Fact]
    public async Task It_ends_and_its_content_is_deleted()
    {
        Uri url;
        await using (var registry = await DockerRegistry.StartAsync(Token))
        {
            url = registry.Url;
        }

        using var client = Http.NewClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(url, Token));
    }

    [Fact]
    public async Task A_registry_that_cannot_start_reports_the_reason()
    {
        using var folder = new TemporaryFolder();
        var options = new DockerRegistryOptions
        {
            TokenAuthority = new RegistryTokenAuthority(new Uri("http://localhost/"), "s", "i",
                folder.Write("empty.pem", System.Text.Encoding.ASCII.GetBytes(""))),
        };
        ExternalTools.Require("docker-registry");
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => DockerRegistry.StartAsync(options, Token));
        Assert.Contains("token auth", thrown.Message, StringComparison.Ordinal);
    }
}
