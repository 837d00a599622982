using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Cache;

/// <summary>Repair-CachedImage fetches only damaged content from the origin of the image.</summary>
public sealed class RepairTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_flipped_bit_in_each_blob_in_turn_is_reported_rejected_and_repaired()
    {
        var multi = MultiPlatform.Write(_folder["multi"]);
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["layout"] = multi.Layout, ["tar"] = _folder["never.tar"], ["registry"] = registry.Address };
        await engine.OutputAsync("Push-ImageTar $layout -Destination $registry; Save-ImageToCache $registry/team/multi:1 -AllPlatforms",
            Token);
        var blobs = Directory.GetFiles(Path.Combine(engine.CachePath, "blobs", "sha256"));
        Assert.Equal(17, blobs.Length);
        await registry.ForgetRequestsAsync(Token);
        var position = 0;
        foreach (var blob in blobs)
        {
            var bytes = await File.ReadAllBytesAsync(blob, Token);
            bytes[position % bytes.Length] ^= (byte)(1 << (position++ % 8));
            await File.WriteAllBytesAsync(blob, bytes, Token);
            File.SetLastWriteTimeUtc(blob, DateTime.UtcNow.AddSeconds(-1));
            var digest = $"sha256:{Path.GetFileName(blob)}";

            var test = await engine.SingleAsync("Test-CachedImage * -Full", Token);
            Assert.Equal((false, digest), ((bool)test.IsValid, Assert.Single((IEnumerable<string>)test.Damaged)));
            var refused = (await engine.RunAsync("Export-ImageTar * -Path $tar", Token)).SingleError();
            refused.Is(multi.IsManifest(digest) ? "CacheCorrupt" : "DigestMismatch", digest["sha256:".Length..]);

            var repaired = await engine.SingleAsync("Repair-CachedImage *", Token);
            Assert.Equal((multi.Digest, true), ((string)repaired.Digest, (bool)repaired.IsComplete));
            Assert.True(await engine.SingleAsync("Test-CachedImage * -Full -Quiet", Token));
        }

        Assert.False(File.Exists(_folder["never.tar"]));

        // Only the damaged blobs were fetched, each once; the index and manifests by their digests.
        var fetched = (await registry.RequestsAsync(Token)).Where(
            request => request.Method == "GET" && request.Target.Contains("/blobs/sha256:", StringComparison.Ordinal)).ToList();
        Assert.Equal(10, fetched.Count);
    }

    [Fact]
    public async Task A_complete_image_is_written_without_registry_requests()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = await SaveAsync(registry);
        Assert.Equal($"{registry.Address}/app:1", (string)(await engine.SingleAsync("Repair-CachedImage *", Token)).Reference);
        Assert.Empty(await registry.RequestsAsync(Token));
    }

    [Fact]
    public async Task WhatIf_lists_the_blobs_and_keeps_them()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = await SaveAsync(registry);
        var layer = RawManifest.BlobOfLayout(engine.CachePath,
            RawManifest.OfLayout(engine.CachePath, $"{registry.Address}/app:1").Layers[0]);
        var size = new FileInfo(layer).Length;
        await File.WriteAllBytesAsync(layer, new byte[size], Token);
        var outcome = (await engine.RunAsync("Repair-CachedImage * -WhatIf", Token)).WithoutErrors();
        Assert.Empty(outcome.Output);
        Assert.Contains("What if: ", outcome.Text, StringComparison.Ordinal);
        Assert.Contains($"copy 1 blob, {size / 1024.0:0.0} KB, from {registry.Address} again", outcome.Text, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(layer), outcome.Text, StringComparison.Ordinal);
        Assert.Equal(new byte[size], await File.ReadAllBytesAsync(layer, Token));
    }

    [Fact]
    public async Task An_image_that_is_missing_in_its_registry_is_unchanged_and_the_error_names_it()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = await SaveAsync(registry);
        var manifest = RawManifest.OfLayout(engine.CachePath, $"{registry.Address}/app:1");
        File.Delete(RawManifest.BlobOfLayout(engine.CachePath, manifest.Digest));
        await registry.EmptyAsync();
        await engine.FailsAsync("Repair-CachedImage *", "ManifestNotFound", manifest.Digest);
        Assert.Equal($"{registry.Address}/app:1", (string)(await engine.SingleAsync("Get-CachedImage", Token)).Reference);
    }

    [Fact]
    public async Task One_failed_repair_of_two_does_not_prevent_the_other()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = await SaveAsync(registry);
        engine["alone"] = _images.Write("alone");
        await engine.OutputAsync("Import-ImageTar $alone -Reference localhost:1/alone:1", Token);
        foreach (var name in new[] { "localhost:1/alone:1", $"{registry.Address}/app:1" })
        {
            File.Delete(RawManifest.BlobOfLayout(engine.CachePath, RawManifest.OfLayout(engine.CachePath, name).Layers[0]));
        }

        var outcome = await engine.RunAsync("Repair-CachedImage * -MaximumRetryCount 0", Token);
        outcome.SingleError().Is("RegistryUnreachable", "localhost:1");
        Assert.Equal($"{registry.Address}/app:1", (string)((dynamic)Assert.Single(outcome.Output)).Reference);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _images.Dispose();
    }

    private async Task<Engine> SaveAsync(DockerRegistry registry)
    {
        var engine = new Engine { ["tar"] = _images.Write("app"), ["registry"] = registry.Address };
        await engine.OutputAsync("Push-ImageTar $tar -Destination $registry | Save-ImageToCache", Token);
        await registry.ForgetRequestsAsync(Token);
        return engine;
    }
}
