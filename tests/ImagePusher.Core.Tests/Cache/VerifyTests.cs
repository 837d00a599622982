using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Cache;

public sealed class VerifyTests : CacheTest
{
    [Fact]
    public async Task One_flipped_bit_in_any_blob_is_detected_and_repaired_by_saving_again()
    {
        var image = MemoryImage.Index(
            (new Platform("linux", "amd64"), MemoryImage.Random(1, 5000, 3)),
            (new Platform("linux", "arm64"), MemoryImage.Random(2, 300_000)));
        await image.SaveAsync(Cache, "app", cancellationToken: Token);
        var entry = Assert.Single(await Cache.ListAsync(Token));
        var files = Directory.GetFiles(Path.Combine(Root, "blobs", "sha256"));
        Assert.Equal(8, files.Length);

        var random = new Random(3);
        foreach (var file in files)
        {
            var bytes = await File.ReadAllBytesAsync(file, Token);
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(file, bytes, Token);
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddSeconds(-1));

            var report = await Cache.VerifyAsync(entry, full: true, Token);
            Assert.Equal(Path.GetFileName(file), Assert.Single(report.Damaged).Descriptor.Digest.Encoded);
            Assert.False(report.IsIntact);
            await Cache.DiscardAsync(report, Token);
            Assert.Null(await Cache.FindPublishedAsync(ImageReference.Parse("app"), Token));
            await image.SaveAsync(Cache, "app", cancellationToken: Token);
            Assert.True((await Cache.VerifyAsync(entry, full: true, Token)).IsIntact);
        }

        LayoutCheck.Run(Root);
    }

    [Fact]
    public async Task Without_full_a_layer_is_not_read_and_a_manifest_is()
    {
        var image = MemoryImage.Random(1, 5000);
        await image.SaveAsync(Cache, "app", cancellationToken: Token);
        var entry = Assert.Single(await Cache.ListAsync(Token));
        await File.WriteAllBytesAsync(Cache.Blobs.PathOf(image.Blobs.Keys.First()), new byte[5000], Token);

        var report = await Cache.VerifyAsync(entry, full: false, Token);
        Assert.Equal((true, (long)image.Manifest.Raw.Length), (report.IsIntact, report.BytesRead));
        Assert.False((await Cache.VerifyAsync(entry, full: true, Token)).IsIntact);
    }

    [Fact]
    public async Task Missing_and_truncated_blobs_are_listed()
    {
        var image = MemoryImage.Random(1, 5000, 6000);
        await image.SaveAsync(Cache, "app", cancellationToken: Token);
        var entry = Assert.Single(await Cache.ListAsync(Token));
        var layers = ((ImageManifest)image.Manifest).Layers;
        File.Delete(Cache.Blobs.PathOf(layers[0].Digest));
        await File.WriteAllBytesAsync(Cache.Blobs.PathOf(layers[1].Digest), new byte[5999], Token);

        var report = await Cache.VerifyAsync(entry, full: false, Token);
        Assert.Equal(layers, report.Missing);
        var details = await Cache.InspectAsync(entry, Token);
        Assert.Equal((false, 2), (details.IsComplete, details.Missing.Count));
    }

    [Fact]
    public async Task A_damaged_blob_that_was_replaced_is_not_discarded()
    {
        var image = MemoryImage.Random(1, 5000);
        await image.SaveAsync(Cache, "app", cancellationToken: Token);
        var layer = image.Blobs.Keys.First();
        await File.WriteAllBytesAsync(Cache.Blobs.PathOf(layer), new byte[5000], Token);
        File.SetLastWriteTimeUtc(Cache.Blobs.PathOf(layer), DateTime.UtcNow.AddHours(-1));
        var report = await Cache.VerifyAsync(Assert.Single(await Cache.ListAsync(Token)), full: true, Token);
        await Cache.WriteBlobAsync(MemoryImage.Source(image.Blobs[layer]), Token);

        // A file system may well have an earlier time for it than the clock had when the verification began.
        File.SetLastWriteTimeUtc(Cache.Blobs.PathOf(layer), DateTime.UtcNow.AddMinutes(-30));
        await Cache.DiscardAsync(report, Token);
        LayoutCheck.Run(Root);
    }

    [Fact]
    public async Task Reading_a_damaged_manifest_is_an_error_that_names_the_file()
    {
        var image = MemoryImage.Random(1, 10);
        await image.SaveAsync(Cache, "app", cancellationToken: Token);
        var path = Cache.Blobs.PathOf(image.Manifest.Digest);
        await File.WriteAllBytesAsync(path, new byte[image.Manifest.Raw.Length], Token);

        var error = await Assert.ThrowsAsync<CacheCorruptException>(() => Cache.ResolveAsync("app", Token));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.False((await Cache.InspectAsync(Assert.Single(await Cache.ListAsync(Token)), Token)).IsComplete);
    }
}
