using System.Net;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.TestSupport.Tests;

/// <summary>The proxy in front of a real registry, with the facts of it that clients must live with.</summary>
public sealed class FaultProxyBeforeDockerRegistryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_push_succeeds_and_its_Locations_refer_to_the_proxy()
    {
        await using var registry = await DockerRegistry.StartAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        using var client = Http.NewClient();
        await client.PushImageAsync(proxy.Url, "team/app", "1", [Http.RandomBytes(5_000_000)], Token);
        Assert.True(registry.Blobs().ContainsKey(Http.DigestOf(Http.RandomBytes(5_000_000))));
        Assert.All(proxy.RequestsOf("POST"), request =>
            Assert.StartsWith(proxy.Url.AbsoluteUri, request.AnswerHeaders.Single(field => field.Key == "Location").Value,
                StringComparison.Ordinal));
        Assert.Equal(await registry.CountAsync("PUT", "", Token), proxy.Count("PUT"));
    }

    [Fact]
    public async Task An_interrupted_PATCH_loses_its_session_and_a_complete_one_can_be_continued()
    {
        await using var registry = await DockerRegistry.StartAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        using var client = Http.NewClient();
        var blob = Http.RandomBytes(6_000_000);
        using var begun = await client.BeginUploadAsync(proxy.Url, "a", Token);
        using var first = await client.PatchAsync(begun.ResolvedLocation(), new ByteArrayContent(blob[..2_000_000]), null, Token);
        Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        using (var status = await client.GetAsync(first.ResolvedLocation(), Token))
        {
            Assert.Equal((HttpStatusCode.NoContent, "0-1999999"), (status.StatusCode, status.Headers.GetValues("Range").Single()));
        }

        proxy.On("PATCH").CutUp(1_000_000);
        await Assert.ThrowsAsync<HttpRequestException>(
            () => client.PatchAsync(first.ResolvedLocation(), new ByteArrayContent(blob[2_000_000..]), null, Token));
        using var dead = await client.GetAsync(first.ResolvedLocation(), Token);
        Assert.Equal(HttpStatusCode.NotFound, dead.StatusCode);
        Assert.Contains("BLOB_UPLOAD_INVALID", await dead.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stale_Location_is_rejected()
    {
        await using var registry = await DockerRegistry.StartAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        using var client = Http.NewClient();
        proxy.On("PATCH").Nth(1).StaleLocation();
        using var begun = await client.BeginUploadAsync(proxy.Url, "a", Token);
        using var first = await client.PatchAsync(begun.ResolvedLocation(), new ByteArrayContent(new byte[1000]), null, Token);
        Assert.Equal(begun.ResolvedLocation().PathAndQuery, first.ResolvedLocation().PathAndQuery);
        using var stale = await client.PatchAsync(first.ResolvedLocation(), new ByteArrayContent(new byte[1000]), null, Token);
        Assert.Equal(HttpStatusCode.NotFound, stale.StatusCode);
    }

    [Fact]
    public async Task Two_registries_with_different_secrets_need_the_cookie()
    {
        using var storage = new TemporaryFolder();
        await using var one = await DockerRegistry.StartAsync(
            new DockerRegistryOptions { StorageFolder = storage.FullName, Secret = "one" }, Token);
        await using var two = await DockerRegistry.StartAsync(
            new DockerRegistryOptions { StorageFolder = storage.FullName, Secret = "two" }, Token);
        await using var proxy = FaultProxy.Start([one.Address, two.Address]);
        using var client = Http.NewClient();
        var failed = await Assert.ThrowsAsync<HttpRequestException>(() => client.PushBlobAsync(proxy.Url, "a", new byte[100], Token));
        Assert.Equal(HttpStatusCode.NotFound, failed.StatusCode);

        using var begun = await client.BeginUploadAsync(proxy.Url, "a", Token);
        client.DefaultRequestHeaders.Add("Cookie", begun.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        await client.PushImageAsync(proxy.Url, "a", "1", [new byte[100], new byte[200]], Token);
        Assert.Single(proxy.Requests.Skip(3).Select(request => request.Backend).Distinct());
    }

    [Fact]
    public async Task skopeo_pushes_and_pulls_through_it()
    {
        ExternalTools.Require("skopeo");
        var images = await ImagesFixture.GetAsync(Token);
        await using var registry = await DockerRegistry.StartAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        using var folder = new TemporaryFolder();
        var name = $"docker://{proxy.Address}/team/app:1";
        await ExternalTools.RunAsync("skopeo", ["--insecure-policy", "copy", "--dest-tls-verify=false", $"oci:{images["oci"]}:app", name],
            Token);
        await ExternalTools.RunAsync("skopeo", ["--insecure-policy", "copy", "--src-tls-verify=false", name, $"oci:{folder["back"]}:app"],
            Token);
        Assert.Equal(registry.Blobs().Values.Sum(file => file.Length), proxy.BytesUp());
        Assert.All(Directory.EnumerateFiles(folder["back", "blobs", "sha256"]),
            file => Assert.True(registry.Blobs().ContainsKey($"sha256:{Path.GetFileName(file)}")));
    }
}
