using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>Layouts of other tools are adopted, and other tools can read the layouts written by the cache.</summary>
public sealed class ForeignLayoutTests : CacheTest
{
    [Fact]
    public async Task A_layout_of_umoci_is_used_as_a_cache_and_umoci_can_still_use_it()
    {
        ExternalTools.RequireAll("umoci", "skopeo");
        await MakeWithUmociAsync();
        var entry = Assert.Single(await Cache.ListAsync(Token));
        Assert.Equal(("app", (DateTimeOffset?)null), (entry.Name, entry.Saved));
        var details = await Cache.InspectAsync(entry, Token);
        Assert.Equal((true, "linux/amd64"), (details.IsComplete, details.Platforms[0].ToString()));
        Assert.False(Directory.Exists(Path.Combine(Root, ".imagepusher")));

        await MemoryImage.Random(1, 1000).SaveAsync(Cache, "nginx:1", cancellationToken: Token);
        Assert.Equal(["app", "docker.io/library/nginx:1"], Lines(await LayoutTool.RunAsync("umoci", "ls", "--layout", Root)));
        await LayoutTool.RunAsync("umoci", "tag", "--image", $"{Root}:app", "again");
        Assert.Equal(3, (await Cache.ListAsync(Token)).Count);
        await LayoutTool.RunAsync("umoci", "gc", "--layout", Root);
        Assert.Equal(3, LayoutCheck.Run(Root).Count);
        Assert.True((await Cache.VerifyAsync((await Cache.FindAsync("nginx:1", Token))!, full: true, Token)).IsIntact);
        await LayoutTool.RunAsync("umoci", "unpack", "--rootless", "--image", $"{Root}:again", Path.Combine(Folder, "bundle"));
        Assert.True(File.Exists(Path.Combine(Folder, "bundle", "rootfs", "opt", "file")));
    }

    [Fact]
    public async Task A_layout_of_skopeo_is_used_as_a_cache_and_skopeo_can_still_use_it()
    {
        ExternalTools.RequireAll("umoci", "skopeo");
        await MakeWithUmociAsync();
        var other = Path.Combine(Folder, "other");
        await CopyAsync($"oci:{Root}:app", $"oci:{other}:example.com/team/app:1.0");
        var cache = ImageCache.Open(other);
        var entry = await cache.FindAsync("example.com/team/app:1.0", Token);
        Assert.True((await cache.VerifyAsync(entry!, full: true, Token)).IsIntact);

        var image = MemoryImage.Random(1, 1000);
        await image.SaveAsync(cache, "example.com/team/new:2", cancellationToken: Token);
        await CopyAsync($"oci:{other}:example.com/team/new:2", $"oci:{other}:example.com/team/copy:3");
        Assert.Equal(
            ["example.com/team/app:1.0", "example.com/team/new:2", "example.com/team/copy:3"],
            (await ImageCache.Open(other).ListAsync(Token)).Select(found => found.Name));
        Assert.Equal(entry!.Digest, (await cache.FindAsync("example.com/team/app:1.0", Token))!.Digest);
        Assert.NotNull((await cache.FindAsync("example.com/team/new:2", Token))!.Saved);
    }

    [Fact]
    public async Task An_image_that_skopeo_copies_from_the_cache_keeps_its_digest()
    {
        ExternalTools.RequireAll("skopeo");
        var index = MemoryImage.Index((new Platform("linux", "amd64"), MemoryImage.Random(1, 1000)),
            (new Platform("linux", "arm64"), MemoryImage.Random(2, 1000)));
        await index.SaveAsync(Cache, "localhost:5000/team/app:1.0", cancellationToken: Token);
        await LayoutTool.RunAsync(
            "skopeo", "--insecure-policy", "copy", "-q", "--all", "--preserve-digests", $"oci:{Root}:localhost:5000/team/app:1.0",
            $"dir:{Path.Combine(Folder, "dir")}");
        Assert.Equal(index.Manifest.Raw.ToArray(), await File.ReadAllBytesAsync(Path.Combine(Folder, "dir", "manifest.json"), Token));
    }

    [Fact]
    public async Task An_empty_layout_of_umoci_has_no_list_and_takes_images()
    {
        ExternalTools.RequireAll("umoci");
        await LayoutTool.RunAsync("umoci", "init", "--layout", Root);
        Assert.Empty(await Cache.ListAsync(Token));
        await MemoryImage.Random(1, 1000).SaveAsync(Cache, "app", cancellationToken: Token);
        Assert.Equal("docker.io/library/app:latest", Assert.Single(Lines(await LayoutTool.RunAsync("umoci", "ls", "--layout", Root))));
    }

    private static string[] Lines(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];

    private static Task<string> CopyAsync(string source, string destination) =>
        LayoutTool.RunAsync("skopeo", "--insecure-policy", "copy", "-q", source, destination);

    private async Task MakeWithUmociAsync()
    {
        var file = Path.Combine(Folder, "file");
        await File.WriteAllTextAsync(file, "content", Token);
        await LayoutTool.RunAsync("umoci", "init", "--layout", Root);
        await LayoutTool.RunAsync("umoci", "new", "--image", $"{Root}:app");
        await LayoutTool.RunAsync("umoci", "insert", "--image", $"{Root}:app", file, "/opt/file");
        await LayoutTool.RunAsync("umoci", "config", "--image", $"{Root}:app", "--os", "linux", "--architecture", "amd64");
        await LayoutTool.RunAsync("umoci", "gc", "--layout", Root);
    }
}
