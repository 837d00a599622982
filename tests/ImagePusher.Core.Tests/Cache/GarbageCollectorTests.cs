using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.Core.Tests.Cache;

public sealed class GarbageCollectorTests : CacheTest
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);

    private ImageCache Timed => ImageCache.Open(Root, new CacheOptions { TimeProvider = _clock });

    [Fact]
    public async Task Garbage_collection_keeps_named_images_and_removes_unshared_content_of_removed_ones()
    {
        var shared = MemoryImage.RandomBytes(new Random(1), 100);
        var (stays, goes) = (MemoryImage.Create(shared, [1]), MemoryImage.Create(shared, [2]));
        await stays.SaveAsync(Cache, "stays", cancellationToken: Token);
        await goes.SaveAsync(Cache, "goes", cancellationToken: Token);
        await Cache.RemoveAsync((await Cache.FindAsync("goes", Token))!, Token);
        _clock.Advance(TimeSpan.FromHours(2));

        var plan = await Timed.CollectGarbageAsync(dryRun: true, cancellationToken: Token);
        Assert.Equal(7, Directory.GetFiles(Path.Combine(Root, "blobs", "sha256")).Length);
        var report = await Timed.CollectGarbageAsync(cancellationToken: Token);
        Assert.Equal(plan with { IsDryRun = false }, report);
        Assert.Equal((3, 1 + goes.Manifest.Raw.Length + goes.Blobs.Values.Max(blob => blob.Length)), (report.Blobs, (int)report.Bytes));
        Assert.True((await Cache.VerifyAsync((await Cache.FindAsync("stays", Token))!, full: true, Token)).IsIntact);
        Assert.Equal(0, (await Timed.CollectGarbageAsync(cancellationToken: Token)).Blobs);
    }

    [Fact]
    public async Task Blobs_younger_than_the_grace_period_are_kept_and_counted()
    {
        await Cache.WriteBlobAsync(MemoryImage.Source([1, 2, 3]), Token);
        _clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(new GarbageReport(0, 0, 0, 1, false), await Timed.CollectGarbageAsync(cancellationToken: Token));
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(new GarbageReport(1, 0, 3, 0, false), await Timed.CollectGarbageAsync(cancellationToken: Token));
    }

    [Fact]
    public async Task The_age_of_a_reserved_blob_is_reset()
    {
        await Cache.WriteBlobAsync(MemoryImage.Source([1, 2, 3]), Token);
        _clock.Advance(TimeSpan.FromMinutes(59));
        Assert.True(await Timed.HasBlobAsync(new Descriptor("", Digest.Of([1, 2, 3]), 3), Token));
        _clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(0, (await Timed.CollectGarbageAsync(cancellationToken: Token)).Blobs);
    }

    [Fact]
    public async Task Children_of_an_index_and_the_subject_of_a_manifest_are_reached()
    {
        var (child, subject) = (MemoryImage.Random(1, 10), MemoryImage.Random(2, 10));
        await MemoryImage.Index((new Platform("linux", "amd64"), child)).SaveAsync(Cache, "index", cancellationToken: Token);
        await subject.WriteAsync(Cache, Token);
        await Cache.PutManifestAsync(subject.Manifest, Token);
        var config = "{}"u8.ToArray();
        await MemoryImage.From(
            $$"""
                {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{"mediaType":"{{MediaTypes.OciEmpty}}",
                "digest":"{{Digest.Of(config)}}","size":2},"layers":[],"subject":{"mediaType":"{{MediaTypes.OciManifest}}",
                "digest":"{{subject.Manifest.Digest}}","size":{{subject.Manifest.Raw.Length}} } }
                """,
            config).SaveAsync(Cache, "sbom", cancellationToken: Token);
        _clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal(0, (await Timed.CollectGarbageAsync(cancellationToken: Token)).Blobs);
        Assert.All(child.Blobs.Keys.Concat(subject.Blobs.Keys), digest => Assert.NotNull(Cache.Blobs.SizeOf(digest)));
    }

    [Fact]
    public async Task Content_of_a_manifest_of_an_unknown_type_is_reachable()
    {
        var blob = "a blob"u8.ToArray();
        var artifact = System.Text.Encoding.UTF8.GetBytes(
            $$"""
                {"mediaType":"application/vnd.oci.artifact.manifest.v1+json","artifactType":"x","blobs":[{"mediaType":"x",
                "digest":"{{Digest.Of(blob)}}","size":6}]}
                """);
        await Cache.WriteBlobAsync(MemoryImage.Source(blob), Token);
        await Cache.WriteBlobAsync(MemoryImage.Source(artifact), Token);
        await File.WriteAllTextAsync(
            IndexFile,
            $$"""
                {"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.artifact.manifest.v1+json",
                "digest":"{{Digest.Of(artifact)}}","size":{{artifact.Length}}}]}
                """,
            Token);
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, (await Timed.CollectGarbageAsync(cancellationToken: Token)).Blobs);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_manifest_that_is_also_listed_as_data_still_references_its_blobs(bool dataFirst)
    {
        // Taken for data, of which nothing is followed, and for the manifest that it is, in both orders.
        var inner = MemoryImage.Random(1, 100);
        var manifest = inner.Manifest.Descriptor;
        var data = manifest with { MediaType = "application/octet-stream" };
        var index = ImageIndex.Create(MediaTypes.OciIndex, dataFirst ? [data, manifest] : [manifest, data]);
        await Assert.ThrowsAsync<IncompleteImageException>(
            () => MemoryImage.From(index, inner.Manifest.Raw.ToArray()).SaveAsync(Cache, "both", cancellationToken: Token));
        await inner.WriteAsync(Cache, Token);
        await MemoryImage.From(index, inner.Manifest.Raw.ToArray()).SaveAsync(Cache, "both", cancellationToken: Token);
        _clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal(0, (await Timed.CollectGarbageAsync(cancellationToken: Token)).Blobs);
        Assert.All(inner.Blobs.Keys, digest => Assert.NotNull(Cache.Blobs.SizeOf(digest)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("application/vnd.example.manifest.data")]
    public async Task A_large_blob_of_an_unknown_type_does_not_stop_the_collection(string mediaType)
    {
        var (config, large) = ("{}"u8.ToArray(), new byte[Manifest.MaximumSize + 1]);
        await MemoryImage.From(
            $$"""
                {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{"mediaType":"{{MediaTypes.OciEmpty}}",
                "digest":"{{Digest.Of(config)}}","size":2},"layers":[{"mediaType":"{{mediaType}}","digest":"{{Digest.Of(large)}}",
                "size":{{large.Length}} }]}
                """,
            config, large).SaveAsync(Cache, "data", cancellationToken: Token);
        await Cache.WriteBlobAsync(MemoryImage.Source([1, 2, 3]), Token);
        _clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal(new GarbageReport(1, 0, 3, 0, false), await Timed.CollectGarbageAsync(cancellationToken: Token));
        Assert.NotNull(Cache.Blobs.SizeOf(Digest.Of(large)));
    }

    [Fact]
    public async Task The_age_of_a_blob_starts_when_it_is_renamed()
    {
        var bytes = MemoryImage.RandomBytes(new Random(1), 1000);
        await Cache.InitializeAsync(Token);
        await File.WriteAllBytesAsync(PartialFile(Digest.Of(bytes)), bytes, Token);
        File.SetLastWriteTimeUtc(PartialFile(Digest.Of(bytes)), DateTime.UtcNow.AddHours(-5));
        await Cache.WriteBlobAsync(MemoryImage.Source(bytes), Token);

        // As another process does that runs while the image is still being saved.
        Assert.Equal(new GarbageReport(0, 0, 0, 1, false), await Cache.CollectGarbageAsync(cancellationToken: Token));
    }

    [Theory]
    [InlineData(10_000_000)]
    [InlineData(-10_000_000)]
    public async Task A_grace_period_beyond_all_dates_keeps_everything(int days)
    {
        await Cache.WriteBlobAsync(MemoryImage.Source([1, 2, 3]), Token);
        Assert.Equal(days > 0 ? 0 : 1, (await Cache.CollectGarbageAsync(TimeSpan.FromDays(days), cancellationToken: Token)).Blobs);
    }

    [Fact]
    public async Task A_damaged_manifest_stops_the_collection_before_anything_is_removed()
    {
        var image = MemoryImage.Random(1, 100);
        await image.SaveAsync(Cache, "app", cancellationToken: Token);
        await Cache.WriteBlobAsync(MemoryImage.Source([1, 2, 3]), Token);
        var path = Cache.Blobs.PathOf(image.Manifest.Digest);
        var raw = await File.ReadAllBytesAsync(path, Token);
        raw[^3] ^= 1;
        await File.WriteAllBytesAsync(path, raw, Token);
        _clock.Advance(TimeSpan.FromDays(1));

        var error = await Assert.ThrowsAsync<CacheCorruptException>(
            () => Timed.CollectGarbageAsync(cancellationToken: Token));
        Assert.Contains("docker.io/library/app:latest", error.Message, StringComparison.Ordinal);
        Assert.Contains("remove 'docker.io/library/app:latest' from the cache", error.RecommendedAction, StringComparison.Ordinal);
        Assert.NotNull(Cache.Blobs.SizeOf(Digest.Of([1, 2, 3])));
    }

    [Fact]
    public async Task An_unreadable_entry_stops_the_collection()
    {
        await Cache.WriteBlobAsync(MemoryImage.Source([1, 2, 3]), Token);
        await File.WriteAllTextAsync(IndexFile, """{"manifests":[{"digest":"blake3:00","size":1}]}""", Token);
        _clock.Advance(TimeSpan.FromDays(1));
        await Assert.ThrowsAsync<CacheCorruptException>(() => Timed.CollectGarbageAsync(cancellationToken: Token));
        Assert.NotNull(Cache.Blobs.SizeOf(Digest.Of([1, 2, 3])));
    }

    [Fact]
    public async Task A_missing_index_stops_the_collection()
    {
        await MemoryImage.Random(1, 100).SaveAsync(Cache, "app", cancellationToken: Token);
        File.Delete(IndexFile);
        _clock.Advance(TimeSpan.FromDays(1));
        await Assert.ThrowsAsync<CacheCorruptException>(() => Timed.CollectGarbageAsync(cancellationToken: Token));
        Assert.Equal(3, Directory.GetFiles(Path.Combine(Root, "blobs", "sha256")).Length);
    }

    [Fact]
    public async Task Files_that_are_not_blobs_are_not_changed()
    {
        await Cache.WriteBlobAsync(MemoryImage.Source([1]), Token);
        var other = Path.Combine(Root, "blobs", "sha256", "README");
        await File.WriteAllTextAsync(other, "not a blob", Token);
        _clock.Advance(TimeSpan.FromDays(1));
        await Timed.CollectGarbageAsync(cancellationToken: Token);
        Assert.True(File.Exists(other));
    }

    [Fact]
    public async Task Partial_blobs_are_kept_for_a_day_and_those_of_ended_processes_are_removed()
    {
        var (held, left) = (MemoryImage.RandomBytes(new Random(1), 100), MemoryImage.RandomBytes(new Random(2), 100));
        var gate = new TaskCompletionSource();
        var blob = new FaultyBlob(held) { HoldUntil = gate.Task };
        var write = Cache.WriteBlobAsync(blob, Token);
        await blob.Holding.Task;
        await Assert.ThrowsAsync<IOException>(() => Cache.WriteBlobAsync(new FaultyBlob(left) { BreakAfter = 60 }, Token));
        await File.WriteAllBytesAsync(Path.Combine(Root, ".imagepusher", "partial", Guid.NewGuid().ToString("N")), new byte[7], Token);

        Assert.Equal(new GarbageReport(0, 1, 7, 0, false), await Timed.CollectGarbageAsync(cancellationToken: Token));
        _clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal(new GarbageReport(0, 1, 60, 0, false), await Timed.CollectGarbageAsync(cancellationToken: Token));
        Assert.Equal(PartialFile(Digest.Of(held)), Assert.Single(PartialFiles));
        gate.SetResult();
        await write;
    }

    [Fact]
    public async Task Clearing_leaves_an_empty_layout()
    {
        await MemoryImage.Random(1, 100).SaveAsync(Cache, "app", cancellationToken: Token);
        await Assert.ThrowsAsync<IOException>(() => Cache.WriteBlobAsync(new FaultyBlob([1, 2, 3, 4]) { BreakAfter = 3 }, Token));

        var report = await Cache.ClearAsync(Token);
        Assert.Equal((3, 1), (report.Blobs, report.Partials));
        Assert.Empty(LayoutCheck.Run(Root));
        Assert.Equal(0, (await Cache.GetStatisticsAsync(Token)).Bytes);
        Assert.Equal(0, (await Cache.ClearAsync(Token)).Blobs);
    }

    [Fact]
    public async Task Statistics_count_shared_unique_and_unused_bytes()
    {
        var shared = MemoryImage.RandomBytes(new Random(1), 1000);
        var (one, two) = (MemoryImage.Create(shared, [1]), MemoryImage.Create(shared, [2]));
        await one.SaveAsync(Cache, "one", cancellationToken: Token);
        await two.SaveAsync(Cache, "two", cancellationToken: Token);
        await two.SaveAsync(Cache, "alias", cancellationToken: Token);
        await Cache.WriteBlobAsync(MemoryImage.Source([1, 2, 3]), Token);

        var statistics = await Cache.GetStatisticsAsync(Token);
        Assert.Equal((3, 8, 1000L, 3L), (statistics.Images, statistics.Blobs, statistics.SharedBytes, statistics.UnusedBytes));
        Assert.Equal(statistics.Bytes, statistics.SharedBytes + statistics.UniqueBytes + statistics.UnusedBytes);
        Assert.Equal((await Cache.ListAsync(Token))[0].Saved, statistics.Oldest);
    }
}
