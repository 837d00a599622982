using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Cache;

/// <summary>Maintenance of a cache: its content, its integrity, and the content that can be removed.</summary>
public sealed class CacheMaintenanceTests : IDisposable
{
    private readonly SmallImages _images = new();
    private readonly byte[] _shared = SmallImages.LayerOf("shared");
    private readonly Engine _engine = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sizes_show_shared_content_of_images()
    {
        await ImportTwoAsync();
        var (one, two) = (await _engine.SingleAsync("Get-CachedImage example.com/one:1",
            Token), await _engine.SingleAsync("Get-CachedImage *two*", Token));
        var shared = Blob(RawManifest.OfLayout(_engine.CachePath, "example.com/one:1").Layers[0]).Length;
        foreach (var image in new[] { one, two })
        {
            Assert.Equal((shared, (long)image.Size - shared), ((long)image.SharedSize, (long)image.UniqueSize));
        }

        var cache = await _engine.SingleAsync("Get-ImageCache", Token);
        Assert.Equal(_engine.CachePath, (string)cache.CachePath);
        Assert.Equal((2L, 7L), ((long)cache.Images, (long)cache.Blobs));
        Assert.Equal((shared, (long)one.UniqueSize + (long)two.UniqueSize, 0L),
            ((long)cache.SharedSize, (long)cache.UniqueSize, (long)cache.UnusedSize));
        Assert.Equal(Blobs().Sum(blob => blob.Length), (long)cache.Size);
        Assert.Equal((DateTimeOffset?)one.Saved, (DateTimeOffset?)cache.Oldest);

        // With the other one gone nothing is shared any more.
        await _engine.OutputAsync("Remove-CachedImage *two*", Token);
        Assert.Equal((long)one.Size, (long)(await _engine.SingleAsync("Get-CachedImage", Token)).UniqueSize);
        Assert.Equal((long)two.UniqueSize, (long)(await _engine.SingleAsync("Get-ImageCache", Token)).UnusedSize);
    }

    [Fact]
    public async Task Images_are_found_by_their_digest_and_by_their_source_digest()
    {
        await ImportTwoAsync();
        var one = await _engine.SingleAsync("Get-CachedImage example.com/one:1", Token);
        foreach (var digest in new[] { (string)one.Digest, (string)one.SourceDigest })
        {
            _engine["digest"] = digest;
            Assert.Equal("example.com/one:1", (await _engine.SingleAsync("Get-CachedImage -Digest $digest", Token)).Reference);
        }

        _engine["digest"] = (string)one.Digest;
        Assert.Equal("example.com/one:1", (await _engine.SingleAsync("Get-CachedImage example.com/one@$digest", Token)).Reference);
        Assert.Equal("example.com/one:1", (await _engine.SingleAsync("Get-CachedImage $digest", Token)).Reference);
        Assert.Empty(await _engine.OutputAsync("Get-CachedImage *two* -Digest $digest", Token));
        Assert.Empty(await _engine.OutputAsync("Get-CachedImage -Digest ae378db76adb", Token));
    }

    [Fact]
    public async Task A_test_checks_that_blobs_exist_and_a_full_test_hashes_them()
    {
        await ImportTwoAsync();
        var manifest = RawManifest.OfLayout(_engine.CachePath, "example.com/one:1");
        Flip(Blob(manifest.Layers[1]));
        File.Delete(Blob(RawManifest.OfLayout(_engine.CachePath, "example.com/two:1").Layers[1]).FullName);

        var quick = await TestAsync("Test-CachedImage *");
        Assert.Equal((true, false), ((bool)quick[0].IsValid, (bool)quick[0].IsFull));
        Assert.Equal((false, 1, 0), ((bool)quick[1].IsValid, (int)quick[1].Missing.Length, (int)quick[1].Damaged.Length));
        var full = await TestAsync("Get-CachedImage | Test-CachedImage -Full");
        Assert.Equal((false, true), ((bool)full[0].IsValid, (bool)full[0].IsFull));
        Assert.Equal(manifest.Layers[1], Assert.Single((IEnumerable<string>)full[0].Damaged));
        Assert.Equal(Blobs().Sum(blob => blob.Length), (long)full[0].BytesRead + (long)full[1].BytesRead - Blob(manifest.Layers[0]).Length);

        Assert.Equal([true, false],
            (await _engine.OutputAsync("Test-CachedImage * -Quiet", Token)).Select(result => (bool)result.BaseObject));
        Assert.Equal([false, false],
            (await _engine.OutputAsync("Test-CachedImage * -Quiet -Full", Token)).Select(result => (bool)result.BaseObject));
        Assert.False(await _engine.SingleAsync("Test-CachedImage nginx -Quiet", Token));
        Assert.False(await _engine.SingleAsync("Test-CachedImage none* -Quiet", Token));
    }

    [Fact]
    public async Task Unreferenced_content_is_removed_after_the_grace_period()
    {
        await ImportTwoAsync();
        var two = RawManifest.OfLayout(_engine.CachePath, "example.com/two:1");
        var bytes = new[] { two.Layers[1], two.Config, two.Digest }.Sum(digest => Blob(digest).Length);
        await _engine.OutputAsync("Remove-CachedImage example.com/two:1", Token);

        var young = await _engine.SingleAsync("Optimize-ImageCache", Token);
        Assert.Equal((0L, 0L, 3L), ((long)young.Blobs, (long)young.BytesFreed, (long)young.Kept));
        var plan = (await _engine.RunAsync("Optimize-ImageCache -GracePeriod 0 -WhatIf", Token)).WithoutErrors();
        Assert.Empty(plan.Output);
        Assert.Contains("Remove 3 unused and 0 unfinished blobs, ", plan.Text, StringComparison.Ordinal);
        Assert.Equal(7, Blobs().Length);

        var done = await _engine.SingleAsync("Optimize-ImageCache -GracePeriod 0", Token);
        Assert.Equal((3L, bytes, 0L), ((long)done.Blobs, (long)done.BytesFreed, (long)done.Kept));
        Assert.Equal(4, Blobs().Length);
        Assert.True(await _engine.SingleAsync("Test-CachedImage * -Full -Quiet", Token));
    }

    [Theory]
    [InlineData("-1s", "small")]
    [InlineData("([timespan]::MaxValue)", "large")]
    public async Task An_invalid_grace_period_is_rejected(string period, string why)
    {
        var error = (await _engine.RunAsync($"Optimize-ImageCache -GracePeriod {period}", Token)).SingleError();
        Assert.StartsWith("ParameterArgumentValidationError,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains($"too {why}: specify the minimum age of an unused blob", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grace_period_of_a_hundred_years_keeps_everything()
    {
        await ImportTwoAsync();
        await _engine.OutputAsync("Remove-CachedImage *", Token);
        Assert.Equal(7L, (long)(await _engine.SingleAsync("Optimize-ImageCache -GracePeriod 36500.00:00:00", Token)).Kept);
    }

    [Fact]
    public async Task Clearing_prompts_and_then_removes_everything()
    {
        await ImportTwoAsync();
        _engine.Host.Answers.Enqueue(2);
        Assert.Empty(await _engine.OutputAsync("Clear-ImageCache", Token));
        Assert.Contains(_engine.CachePath, Assert.Single(_engine.Host.Questions), StringComparison.Ordinal);
        Assert.Equal(2, (await _engine.OutputAsync("Get-CachedImage", Token)).Count);

        var bytes = Blobs().Sum(blob => blob.Length);
        var done = await _engine.SingleAsync("Clear-ImageCache -Confirm:$false", Token);
        Assert.Equal((7L, bytes), ((long)done.Blobs, (long)done.BytesFreed));
        Assert.Empty(Blobs());
        Assert.Empty(await _engine.OutputAsync("Get-CachedImage", Token));
    }

    [Fact]
    public async Task A_cache_is_selected_for_the_session()
    {
        await ImportTwoAsync();
        _engine["other"] = _images["other"];
        try
        {
            var chosen = await _engine.SingleAsync("Set-ImageCache $other -PassThru", Token);
            Assert.Equal((_images["other"], 0L), ((string)chosen.CachePath, (long)chosen.Images));
            Assert.Equal("""{"imageLayoutVersion":"1.0.0"}""",
                await File.ReadAllTextAsync(Path.Combine(_images["other"], "oci-layout"), Token));
            Assert.Empty(await _engine.OutputAsync("Get-CachedImage", Token));
            Assert.Equal(2, (await _engine.OutputAsync("Get-CachedImage -CachePath $env:IMAGEPUSHER_CACHE", Token)).Count);
            Assert.Equal(2L, (long)(await _engine.SingleAsync("Get-ImageCache $env:IMAGEPUSHER_CACHE", Token)).Images);
        }
        finally
        {
            await _engine.OutputAsync("Set-ImageCache $env:IMAGEPUSHER_CACHE", Token);
        }
    }

    [Fact]
    public async Task A_folder_with_other_files_does_not_become_a_cache()
    {
        _images.Write(Path.Combine("home", "thesis.txt"), [1]);
        _engine["other"] = _images["home"];
        await _engine.FailsAsync("Set-ImageCache $other", "InvalidOption", _images["home"]);
        Assert.Equal(_engine.CachePath, (string)(await _engine.SingleAsync("Get-ImageCache", Token)).CachePath);
        Assert.Equal(["thesis.txt"], Directory.GetFileSystemEntries(_images["home"]).Select(Path.GetFileName));
    }

    public void Dispose()
    {
        _engine.Dispose();
        _images.Dispose();
    }

    private async Task ImportTwoAsync()
    {
        _engine["tars"] = new[] { "one", "two" }
            .Select(name => _images.Write($"{name}.tar",
                DockerSave.Of($"example.com/{name}:1", _shared, SmallImages.LayerOf(name)).ToArray())).ToArray();
        Assert.Equal(2, (await _engine.OutputAsync("Import-ImageTar $tars", Token)).Count);
    }

    private async Task<List<dynamic>> TestAsync(string script) =>
        [.. (await _engine.OutputAsync(script, Token)).Select(result => (dynamic)result.BaseObject)];

    private FileInfo[] Blobs() => new DirectoryInfo(Path.Combine(_engine.CachePath, "blobs")).GetFiles("*", SearchOption.AllDirectories);

    private FileInfo Blob(string digest) => new(RawManifest.BlobOfLayout(_engine.CachePath, digest));

    private static void Flip(FileInfo file)
    {
        var bytes = File.ReadAllBytes(file.FullName);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file.FullName, bytes);
    }
}
