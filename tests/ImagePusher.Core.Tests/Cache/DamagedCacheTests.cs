using ImagePusher.Core.Cache;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Cache;

public sealed class DamagedCacheTests : CacheTest
{
    [Fact]
    public async Task An_index_truncated_at_any_byte_is_CacheCorrupt_and_never_overwritten()
    {
        await MemoryImage.Random(1, 10).SaveAsync(Cache, "app", cancellationToken: Token);
        var whole = await File.ReadAllBytesAsync(IndexFile, Token);
        for (var length = 0; length < whole.Length; length += 7)
        {
            await File.WriteAllBytesAsync(IndexFile, whole[..length], Token);
            var cache = ImageCache.Open(Root);
            var error = await Assert.ThrowsAsync<CacheCorruptException>(() => cache.ListAsync(Token));
            Assert.Contains(IndexFile, error.Message, StringComparison.Ordinal);
            Assert.Contains("clear the cache", error.RecommendedAction, StringComparison.Ordinal);
            await Assert.ThrowsAsync<CacheCorruptException>(
                () => MemoryImage.Random(2, 10).SaveAsync(cache, "other", cancellationToken: Token));
            await Assert.ThrowsAsync<CacheCorruptException>(() => cache.CollectGarbageAsync(TimeSpan.Zero, cancellationToken: Token));
            Assert.Equal(whole[..length], await File.ReadAllBytesAsync(IndexFile, Token));
        }

        await File.WriteAllBytesAsync(IndexFile, whole, Token);
        Assert.Single(await Cache.ListAsync(Token));
        Assert.Single(LayoutCheck.Run(Root));
    }

    [Fact]
    public async Task An_index_that_is_too_large_is_rejected_before_it_is_read()
    {
        await MemoryImage.Random(1, 10).SaveAsync(Cache, "app", cancellationToken: Token);
        await using (var file = new FileStream(IndexFile, FileMode.Open, FileAccess.Write))
        {
            file.SetLength(1L << 40);
        }

        var error = await Assert.ThrowsAsync<CacheCorruptException>(() => Cache.ListAsync(Token));
        Assert.Contains("it has 1099511627776 bytes, more than the limit of 268435456", error.Message, StringComparison.Ordinal);
        await using (var file = new FileStream(IndexFile, FileMode.Open, FileAccess.Write))
        {
            file.SetLength(300_000_000);
        }

        await Assert.ThrowsAsync<CacheCorruptException>(() => Cache.ListAsync(Token));
        Assert.Equal(3, (await Cache.ClearAsync(Token)).Blobs);
    }

    [Fact]
    public async Task Clearing_repairs_a_cache_with_a_damaged_index()
    {
        await MemoryImage.Random(1, 10).SaveAsync(Cache, "app", cancellationToken: Token);
        await File.WriteAllTextAsync(IndexFile, "{\"manif", Token);
        Assert.Equal(3, (await Cache.ClearAsync(Token)).Blobs);
        await MemoryImage.Random(1, 10).SaveAsync(Cache, "app", cancellationToken: Token);
        Assert.Single(LayoutCheck.Run(Root));
    }

    [Fact]
    public async Task A_missing_index_is_CacheCorrupt_if_the_cache_has_blobs_and_clearing_repairs_it()
    {
        await MemoryImage.Random(1, 10).SaveAsync(Cache, "app", cancellationToken: Token);
        File.Delete(IndexFile);
        await Assert.ThrowsAsync<CacheCorruptException>(() => Cache.ListAsync(Token));
        await Assert.ThrowsAsync<CacheCorruptException>(
            () => MemoryImage.Random(2, 10).SaveAsync(ImageCache.Open(Root), "other", cancellationToken: Token));
        Assert.False(File.Exists(IndexFile));
        Assert.Equal(3, (await Cache.ClearAsync(Token)).Blobs);
        Assert.Empty(await Cache.ListAsync(Token));
    }

    [Fact]
    public async Task A_folder_with_other_files_is_rejected_and_not_changed()
    {
        Directory.CreateDirectory(Root);
        await File.WriteAllTextAsync(Path.Combine(Root, "thesis.txt"), "mine", Token);
        var error = await Assert.ThrowsAsync<InvalidOptionException>(
            () => MemoryImage.Random(1, 10).SaveAsync(Cache, "app", cancellationToken: Token));
        Assert.Contains("contains other files and is not an OCI image layout", error.Message, StringComparison.Ordinal);
        Assert.Equal("thesis.txt", Path.GetFileName(Assert.Single(Directory.GetFileSystemEntries(Root))));
    }

    [Fact]
    public async Task A_file_instead_of_a_folder_is_rejected()
    {
        await File.WriteAllTextAsync(Root, "mine", Token);
        await Assert.ThrowsAsync<InvalidOptionException>(() => MemoryImage.Random(1, 10).SaveAsync(Cache, "app", cancellationToken: Token));
        Assert.Equal("mine", await File.ReadAllTextAsync(Root, Token));
    }

    [Fact]
    public async Task A_layout_of_another_version_is_rejected()
    {
        Directory.CreateDirectory(Root);
        await File.WriteAllTextAsync(Path.Combine(Root, "oci-layout"), """{"imageLayoutVersion":"2.0.0"}""", Token);
        var error = await Assert.ThrowsAsync<InvalidOptionException>(
            () => MemoryImage.Random(1, 10).SaveAsync(Cache, "app", cancellationToken: Token));
        Assert.Contains("'2.0.0'", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(IndexFile));
    }

    [Fact]
    public async Task A_full_disk_is_InsufficientSpace_and_loses_nothing()
    {
        using var disk = await SmallDisk.MountAsync(Path.Combine(Folder, "disk"), "size=2m", Token);
        var root = Path.Combine(disk.Path, "cache");
        var cache = ImageCache.Open(root);
        await MemoryImage.Random(1, 500_000).SaveAsync(cache, "fits", cancellationToken: Token);

        foreach (var isUnknown in new[] { false, true })
        {
            var error = await Assert.ThrowsAsync<InsufficientSpaceException>(
                () => cache.WriteBlobAsync(new FaultyBlob(new byte[3_000_000]) { IsUnknown = isUnknown }, Token));
            Assert.Contains(root, error.Message, StringComparison.Ordinal);
            Assert.Contains("Free space on that disk", error.RecommendedAction, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFiles(Path.Combine(root, ".imagepusher", "partial"), "*", SearchOption.AllDirectories));
        Assert.Single(LayoutCheck.Run(root));
        await MemoryImage.Random(2, 500_000).SaveAsync(cache, "fits-too", cancellationToken: Token);
        Assert.Equal(2, LayoutCheck.Run(root).Count);
    }

    [Fact]
    public async Task A_disk_that_fills_up_at_any_file_leaves_what_was_saved_before()
    {
        using var disk = await SmallDisk.MountAsync(Path.Combine(Folder, "disk"), "size=1m", Token);
        var cache = ImageCache.Open(Path.Combine(disk.Path, "cache"));
        var saved = 0;
        try
        {
            for (; saved < 500; saved++)
            {
                await MemoryImage.Random(saved, 3000).SaveAsync(cache, $"app:{saved}", cancellationToken: Token);
            }
        }
        catch (InsufficientSpaceException)
        {
        }

        Assert.InRange(saved, 10, 499);
        Assert.Equal(saved, LayoutCheck.Run(cache.Path).Count);

        // Not one more byte fits: an image can be removed nevertheless, and then there is space.
        disk.Fill("other");
        for (var number = 0; number < 5; number++)
        {
            Assert.True(await cache.RemoveAsync((await cache.ListAsync(Token))[0], Token));
        }

        Assert.True((await cache.CollectGarbageAsync(TimeSpan.Zero, cancellationToken: Token)).Bytes > 5 * 3000);
        await MemoryImage.Random(1000, 1000).SaveAsync(cache, "again", cancellationToken: Token);
        Assert.Equal(saved - 4, LayoutCheck.Run(cache.Path).Count);
    }

    [Fact]
    public async Task A_read_only_disk_can_be_read_and_writing_to_it_is_AccessDenied()
    {
        using var disk = await SmallDisk.MountAsync(Path.Combine(Folder, "disk"), "size=2m", Token);
        var cache = ImageCache.Open(Path.Combine(disk.Path, "cache"));
        var image = MemoryImage.Random(1, 1000);
        await image.SaveAsync(cache, "app", cancellationToken: Token);
        await disk.MakeReadOnlyAsync(Token);

        var reader = ImageCache.Open(cache.Path);
        var entry = (await reader.FindAsync("app", Token))!;
        Assert.True((await reader.VerifyAsync(entry, full: true, Token)).IsIntact);
        Assert.Equal(0, (await reader.CollectGarbageAsync(dryRun: true, cancellationToken: Token)).Blobs);
        var error = await Assert.ThrowsAsync<AccessDeniedException>(() => reader.RemoveAsync(entry, Token));
        Assert.Contains("the file system is read-only", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<AccessDeniedException>(() => MemoryImage.Random(2, 10).SaveAsync(reader, "b", cancellationToken: Token));
    }
}
