using System.Text.Json;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Cache;

public sealed class ImageCacheTests : CacheTest
{
    [Fact]
    public async Task A_cache_that_does_not_exist_is_empty_and_is_not_created_by_reading()
    {
        Assert.Empty(await Cache.ListAsync(Token));
        Assert.Null(await Cache.FindAsync("nginx", Token));
        Assert.Equal(0, (await Cache.GetStatisticsAsync(Token)).Blobs);
        Assert.False(Directory.Exists(Root));
    }

    [Fact]
    public async Task A_saved_image_is_a_standard_layout_entry_with_the_full_name()
    {
        var image = MemoryImage.Random(1, 1000, 2000);
        await image.SaveAsync(Cache, "nginx:1.27", cancellationToken: Token);

        using var index = JsonDocument.Parse(await File.ReadAllBytesAsync(IndexFile, Token));
        var entry = index.RootElement.GetProperty("manifests")[0];
        Assert.Equal(image.Manifest.Digest.ToString(), entry.GetProperty("digest").GetString());
        Assert.Equal(MediaTypes.OciManifest, entry.GetProperty("mediaType").GetString());
        Assert.Equal("docker.io/library/nginx:1.27", entry.GetProperty("annotations").GetProperty(AnnotationKeys.RefName).GetString());
        Assert.Equal("docker.io/library/nginx:1.27",
            entry.GetProperty("annotations").GetProperty(AnnotationKeys.ContainerdImageName).GetString());
        Assert.Equal("""{"imageLayoutVersion":"1.0.0"}""", await File.ReadAllTextAsync(Path.Combine(Root, "oci-layout"), Token));
        foreach (var (digest, bytes) in image.Blobs)
        {
            Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(Root, "blobs", "sha256", digest.Encoded), Token));
        }

        Assert.Empty(PartialFiles);
    }

    [Fact]
    public async Task Source_digest_and_saved_time_survive_a_new_process()
    {
        var (image, source) = (MemoryImage.Random(1, 10), Digest.Of("index"u8));
        var before = DateTimeOffset.UtcNow.AddMilliseconds(-1);
        await image.SaveAsync(Cache, "nginx", source, Token);

        var entry = Assert.Single(await ImageCache.Open(Root).ListAsync(Token));
        Assert.Equal(source, entry.SourceDigest);
        Assert.InRange(entry.Saved!.Value, before, DateTimeOffset.UtcNow);
        Assert.Equal(ImageReference.Parse("nginx"), entry.Reference);
    }

    [Fact]
    public async Task Publishing_a_manifest_with_missing_blobs_assigns_no_name()
    {
        var image = MemoryImage.Random(1, 100, 200);
        await Cache.WriteBlobAsync(MemoryImage.Source(image.Blobs.Values.First()), Token);

        var error = await Assert.ThrowsAsync<IncompleteImageException>(
            () => Cache.PublishAsync(image.Manifest, ImageReference.Parse("app"), null, Token));
        Assert.Contains("2 of its blobs are missing", error.Message, StringComparison.Ordinal);
        Assert.Empty(await Cache.ListAsync(Token));
    }

    [Fact]
    public async Task Publishing_an_index_checks_the_blobs_of_its_children()
    {
        var (one, two) = (MemoryImage.Random(1, 100), MemoryImage.Random(2, 100));
        var index = MemoryImage.Index((new Platform("linux", "amd64"), one), (new Platform("linux", "arm64"), two));
        await index.WriteAsync(Cache, Token);
        File.Delete(Cache.Blobs.PathOf(two.Blobs.Keys.First()));

        await Assert.ThrowsAsync<IncompleteImageException>(
            () => Cache.PublishAsync(index.Manifest, ImageReference.Parse("app"), null, Token));
        await index.SaveAsync(Cache, "app", cancellationToken: Token);
        Assert.Equal(index.Manifest.Digest, await Cache.FindPublishedAsync(ImageReference.Parse("app"), Token));
    }

    [Fact]
    public async Task Foreign_layers_can_be_missing_at_the_target()
    {
        var config = "{}"u8.ToArray();
        var image = MemoryImage.From(
            $$"""
                {"schemaVersion":2,"mediaType":"{{MediaTypes.DockerManifest}}","config":{"mediaType":"{{MediaTypes.DockerConfig}}",
                "digest":"{{Digest.Of(config)}}","size":2},"layers":[{"mediaType":"{{MediaTypes.DockerForeignLayer}}",
                "digest":"{{Digest.Of("x"u8)}}","size":1,"urls":["https://example.com/x"]}]}
                """,
            config);
        await image.SaveAsync(Cache, "windows", cancellationToken: Token);
        Assert.True((await Cache.InspectAsync((await Cache.FindAsync("windows", Token))!, Token)).IsComplete);
    }

    [Fact]
    public async Task Moving_a_name_removes_the_old_entry_and_keeps_its_blobs()
    {
        var (first, second) = (MemoryImage.Random(1, 100), MemoryImage.Random(2, 100));
        await first.SaveAsync(Cache, "app", cancellationToken: Token);
        await second.SaveAsync(Cache, "app", cancellationToken: Token);

        Assert.Equal(second.Manifest.Digest, Assert.Single(await Cache.ListAsync(Token)).Digest);
        Assert.All(first.Blobs.Keys, digest => Assert.NotNull(Cache.Blobs.SizeOf(digest)));
    }

    [Fact]
    public async Task A_name_without_tag_and_digest_gets_the_digest()
    {
        var image = MemoryImage.Random(1, 100);
        await image.WriteAsync(Cache, Token);
        await Cache.PublishAsync(image.Manifest, ImageReference.Parse("example.com/app").ByDigest(), null, Token);
        Assert.Equal($"example.com/app@{image.Manifest.Digest}", Assert.Single(await Cache.ListAsync(Token)).Name);
    }

    [Fact]
    public async Task Details_list_the_content_of_an_index()
    {
        var shared = MemoryImage.RandomBytes(new Random(7), 5000);
        var (one, two) = (MemoryImage.Create("amd64", shared, [1]), MemoryImage.Create("arm64", shared, [2]));
        var index = MemoryImage.Index((new Platform("linux", "amd64"), one), (new Platform("linux", "arm64", "v8"), two));
        await index.SaveAsync(Cache, "app", cancellationToken: Token);
        await one.SaveAsync(Cache, "one", cancellationToken: Token);

        var details = await Cache.InspectAllAsync(await Cache.ListAsync(Token), Token);
        Assert.Equal(["linux/amd64", "linux/arm64/v8"], details[0].Platforms.Select(platform => platform.ToString()));
        Assert.Equal(3, details[0].LayerCount);
        Assert.True(details[0].IsComplete);
        Assert.Equal(new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.Zero), details[0].Created);
        Assert.Equal(details[0].Blobs.Sum(blob => blob.Size), details[0].Size);
        Assert.Equal(8, details[0].Blobs.Count);
        Assert.Equal(0, details[1].UniqueSize);
        Assert.Equal(index.Manifest.Raw.Length + two.Manifest.Raw.Length + two.Blobs.Values.Sum(blob => blob.Length) - shared.Length,
            details[0].UniqueSize);
    }

    [Fact]
    public async Task Details_of_an_artifact_name_its_type_and_no_platform()
    {
        var (config, content) = ("{}"u8.ToArray(), "chart"u8.ToArray());
        var image = MemoryImage.From(
            $$"""
                {"schemaVersion":2,"artifactType":"application/x.chart","config":{"mediaType":"{{MediaTypes.OciEmpty}}",
                "digest":"{{Digest.Of(config)}}","size":2},"layers":[{"mediaType":"application/x.tgz",
                "digest":"{{Digest.Of(content)}}","size":5}]}
                """,
            config,
            content);
        await image.SaveAsync(Cache, "example.com/chart:1", cancellationToken: Token);
        var details = await Cache.InspectAsync(Assert.Single(await Cache.ListAsync(Token)), Token);
        Assert.Equal(("application/x.chart", 0, 1, true),
            (details.ArtifactType, details.Platforms.Count, details.LayerCount, details.IsComplete));
    }

    [Fact]
    public async Task Referrers_are_found_by_their_subject()
    {
        var subject = MemoryImage.Random(1, 10);
        await subject.SaveAsync(Cache, "example.com/app:1", cancellationToken: Token);
        var config = "{}"u8.ToArray();
        var sbom = MemoryImage.From(
            $$"""
                {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","artifactType":"application/spdx+json",
                "config":{"mediaType":"{{MediaTypes.OciEmpty}}","digest":"{{Digest.Of(config)}}","size":2},
                "layers":[],"subject":{"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{subject.Manifest.Digest}}",
                "size":{{subject.Manifest.Raw.Length}} } }
                """,
            config);
        await sbom.SaveAsync(Cache, $"example.com/app@{sbom.Manifest.Digest}", cancellationToken: Token);

        var found = Assert.Single(await Cache.GetReferrersAsync(subject.Manifest.Digest, cancellationToken: Token));
        Assert.Equal((sbom.Manifest.Digest, "application/spdx+json"), (found.Digest, found.ArtifactType));
        Assert.Empty(await Cache.GetReferrersAsync(sbom.Manifest.Digest, cancellationToken: Token));
    }

    [Fact]
    public async Task A_removed_image_is_no_longer_found()
    {
        await MemoryImage.Random(1, 10).SaveAsync(Cache, "app", cancellationToken: Token);
        var entry = Assert.Single(await Cache.ListAsync(Token));
        Assert.True(await Cache.RemoveAsync(entry, Token));
        Assert.False(await Cache.RemoveAsync(entry, Token));
        Assert.Empty(await ImageCache.Open(Root).ListAsync(Token));
    }

    [Fact]
    public async Task A_hundred_images_that_are_saved_concurrently_all_exist()
    {
        await Task.WhenAll(Enumerable.Range(0, 100).Select(number =>
            MemoryImage.Random(number, 100).SaveAsync(Cache, $"example.com/app:{number}", cancellationToken: Token)));
        Assert.Equal(100, (await ImageCache.Open(Root).ListAsync(Token)).Count);
    }
}
