using System.Net;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.LocalRegistry.Tests;

public sealed class NameTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("team/app", "1", "localhost")]
    [InlineData("team/app", "2", "docker.io")]
    [InlineData("team/app", "3", "quay.io")]
    [InlineData("team/app", "4", null)]
    [InlineData("team/app", "5", null)]
    [InlineData("library/nginx", "1", "nginx")]
    [InlineData("nginx", "1", "nginx")]
    [InlineData("app", "1", null)]
    [InlineData("own", "1", "own")]
    [InlineData("team/app", "6", "localhost:5000")]
    public async Task A_pull_prefers_localhost_then_Docker_Hub_then_a_unique_name(string repository, string tag, string? expected)
    {
        await using var registry = await RunningRegistry.StartAsync();
        var names = new (string Name, string Content)[]
        {
            ("localhost/team/app:1", "localhost"), ("docker.io/team/app:1", "hub"), ("quay.io/team/app:1", "quay.io"),
            ("docker.io/team/app:2", "docker.io"), ("quay.io/team/app:2", "quay.io"), ("ghcr.io/team/app:2", "ghcr.io"),
            ("quay.io/team/app:3", "quay.io"),
            ("quay.io/team/app:4", "quay.io"), ("ghcr.io/team/app:4", "ghcr.io"),
            ("nginx:1", "nginx"), ("localhost/own:1", "own"), ("localhost:5000/team/app:6", "localhost:5000"),
        };
        foreach (var (name, content) in names)
        {
            await PublishAsync(registry, name, content);
        }

        var answer = await registry.GetAsync($"/v2/{repository}/manifests/{tag}");
        if (expected is null)
        {
            answer.IsError(HttpStatusCode.NotFound, "MANIFEST_UNKNOWN");
            return;
        }

        answer.Is(HttpStatusCode.OK);
        Assert.Equal(expected, answer.Json.GetProperty("annotations").GetProperty("org.example.note").GetString());
        (await registry.GetAsync($"/v2/{repository}/manifests/{answer["Docker-Content-Digest"]}")).Is(HttpStatusCode.OK);
        Assert.Contains(tag, (await registry.GetAsync($"/v2/{repository}/tags/list")).Json.GetProperty("tags").EnumerateArray()
            .Select(item => item.GetString()));
    }

    [Fact]
    public async Task An_ambiguous_tag_is_not_listed_until_a_push_resolves_it()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await PublishAsync(registry, "quay.io/team/app:1", "quay");
        await PublishAsync(registry, "ghcr.io/team/app:1", "ghcr");
        await PublishAsync(registry, "ghcr.io/team/app:2", "ghcr");
        Assert.Equal("""{"name":"team/app","tags":["2"]}""", (await registry.GetAsync("/v2/team/app/tags/list")).Text);
        (await registry.PutManifestAsync("1", Documents.Artifact("application/x", null, "own").Bytes())).Is(HttpStatusCode.Created);
        Assert.Equal("""{"name":"team/app","tags":["1","2"]}""", (await registry.GetAsync("/v2/team/app/tags/list")).Text);
        Assert.Contains("own", (await registry.GetAsync("/v2/team/app/manifests/1")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quay.io/team/app:1", "ghcr.io/team/app:1")]
    [InlineData("quay.io/team/app:1", "localhost:5000/team/app:1")]
    [InlineData("quay.io/team/app:1", "ghcr.io/team/app:1", "example.com/team/app:1")]
    public async Task A_tag_of_one_image_with_several_names_is_not_ambiguous(params string[] names)
    {
        await using var registry = await RunningRegistry.StartAsync();
        foreach (var name in names)
        {
            await PublishAsync(registry, name, "same");
        }

        Assert.Equal("""{"name":"team/app","tags":["1"]}""", (await registry.GetAsync("/v2/team/app/tags/list")).Text);
        (await registry.GetAsync("/v2/team/app/manifests/1")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Images_that_other_processes_cache_are_served_immediately()
    {
        await using var registry = await RunningRegistry.StartAsync();
        (await registry.GetAsync("/v2/team/app/manifests/1")).Is(HttpStatusCode.NotFound);
        await PublishAsync(registry, "quay.io/team/app:1", "a");
        (await registry.GetAsync("/v2/team/app/manifests/1")).Is(HttpStatusCode.OK);
        var other = Core.Cache.ImageCache.Open(registry.Cache.Path);
        await other.RemoveAsync((await other.ListAsync(Token))[0], Token);
        (await registry.GetAsync("/v2/team/app/manifests/1")).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_manifest_is_found_by_digest_only_in_its_repository()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var image = await registry.PushImageAsync("1", layers: Http.RandomBytes(100));
        (await registry.GetAsync($"/v2/team/other/manifests/{image.Digest}")).IsError(HttpStatusCode.NotFound, "MANIFEST_UNKNOWN");
        (await registry.GetAsync($"/v2/team/app/manifests/{Http.DigestOf(image.Config)}")).IsError(HttpStatusCode.NotFound,
            "MANIFEST_UNKNOWN");
    }

    private static async Task PublishAsync(RunningRegistry registry, string name, string content)
    {
        await registry.Cache.Blobs.WriteAsync(Digest.Of(Documents.EmptyJson), Documents.EmptyJson, Token);
        var manifest = Manifest.Parse(Documents.Artifact("application/x", null, content).Bytes());
        await registry.Cache.PublishAsync(manifest, ImageReference.Parse(name), null, Token);
    }
}
