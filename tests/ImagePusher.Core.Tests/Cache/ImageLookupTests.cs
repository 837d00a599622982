using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>How an image of the cache is found: by its name and its digest.</summary>
public sealed class ImageLookupTests : CacheTest
{
    [Theory]
    [InlineData("docker.io/library/nginx:1.27", "docker.io/library/nginx:1.27")]
    [InlineData("nginx:1.27", "docker.io/library/nginx:1.27")]
    [InlineData("library/nginx:1.27", "docker.io/library/nginx:1.27")]
    [InlineData("localhost/team/app:1", "localhost/team/app:1")]
    [InlineData("app", "app")]
    [InlineData("plain/name", "plain/name")]
    [InlineData("docker.io/plain/name:latest", "plain/name")]
    [InlineData("nginx", null)]
    [InlineData("NGINX", null)]
    [InlineData("docker.io/library/app:latest", null)]
    public async Task An_image_is_found_by_its_literal_name_then_by_the_normalized_one(string text, string? expected)
    {
        foreach (var name in new[] { "nginx:1.27", "localhost/team/app:1" })
        {
            await MemoryImage.Random(name.Length, 10).SaveAsync(Cache, name, cancellationToken: Token);
        }

        await AddForeignAsync("app", "plain/name");
        Assert.Equal(expected, (await Cache.FindAsync(text, Token))?.Name);
    }

    [Fact]
    public async Task A_literal_name_of_another_tool_precedes_the_normalized_one()
    {
        await MemoryImage.Random(1, 10).SaveAsync(Cache, "app", cancellationToken: Token);
        await AddForeignAsync("app");
        Assert.Equal("app", (await Cache.FindAsync("app", Token))!.Name);
        Assert.Equal("docker.io/library/app:latest", (await Cache.FindAsync("app:latest", Token))!.Name);
    }

    [Fact]
    public async Task An_image_is_found_by_digest_alone_by_name_and_digest_and_by_its_source()
    {
        var (image, source) = (MemoryImage.Random(1, 10), Digest.Of("index"u8));
        await image.SaveAsync(Cache, "nginx:1.27", source, Token);

        Assert.NotNull(await Cache.FindAsync(image.Manifest.Digest.ToString(), Token));
        Assert.NotNull(await Cache.FindAsync($"nginx@{image.Manifest.Digest}", Token));
        Assert.NotNull(await Cache.FindAsync($"nginx:other@{image.Manifest.Digest}", Token));
        Assert.NotNull(await Cache.FindAsync($"nginx@{source}", Token));
        Assert.Null(await Cache.FindAsync($"other@{image.Manifest.Digest}", Token));
        Assert.Null(await Cache.FindAsync(source.ToString(), Token));
    }

    [Fact]
    public async Task Resolving_by_name_and_by_digest_returns_the_stored_bytes()
    {
        var (one, two) = (MemoryImage.Random(1, 100), MemoryImage.Random(2, 100));
        var index = MemoryImage.Index((new Platform("linux", "amd64"), one), (new Platform("linux", "arm64"), two));
        await index.SaveAsync(Cache, "app", cancellationToken: Token);

        Assert.Equal(index.Manifest.Raw.ToArray(), (await Cache.ResolveAsync("app", Token)).Raw.ToArray());
        Assert.Equal(two.Manifest.Raw.ToArray(), (await Cache.ResolveAsync(two.Manifest.Digest.ToString(), Token)).Raw.ToArray());
        var error = await Assert.ThrowsAsync<ImageNotCachedException>(() => Cache.ResolveAsync("other", Token));
        Assert.Contains("'other'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layer_is_not_found_as_an_image_by_its_digest()
    {
        var image = MemoryImage.Random(1, 100, 5_000_000);
        await image.SaveAsync(Cache, "app", cancellationToken: Token);
        foreach (var digest in image.Blobs.Keys)
        {
            await Assert.ThrowsAsync<ImageNotCachedException>(() => Cache.ResolveAsync(digest.ToString(), Token));
        }
    }

    private async Task AddForeignAsync(params string[] names)
    {
        var image = MemoryImage.Random(99, 10);
        await image.WriteAsync(Cache, Token);
        await Cache.PutManifestAsync(image.Manifest, Token);
        var text = await File.ReadAllTextAsync(IndexFile, Token);
        foreach (var name in names)
        {
            var entry = $$"""
                {"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{image.Manifest.Digest}}",
                "size":{{image.Manifest.Raw.Length}},"annotations":{"{{AnnotationKeys.RefName}}":"{{name}}"} }
                """;
            text = text.Contains("[]", StringComparison.Ordinal)
                ? text.Replace("[]", $"[{entry}]", StringComparison.Ordinal)
                : text.Replace("]}", $",{entry}]}}", StringComparison.Ordinal);
        }

        await File.WriteAllTextAsync(IndexFile, text, Token);
    }
}
