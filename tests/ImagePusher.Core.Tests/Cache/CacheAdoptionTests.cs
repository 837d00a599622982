using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>Only an empty folder or a layout becomes a cache, and nothing that is not the cache's own is replaced.</summary>
public sealed class CacheAdoptionTests : CacheTest
{
    [Theory]
    [InlineData("index.json", """{"name":"website"}""")]
    [InlineData("index.json", """["a"]""")]
    [InlineData("index.json", "not JSON")]
    [InlineData("oci-layout", "not JSON")]
    [InlineData("oci-layout", """{"imageLayoutVersion":"2.0.0"}""")]
    [InlineData("oci-layout", "{}")]
    [InlineData("notes.txt", "")]
    [InlineData("blobs", "")]
    public async Task A_folder_that_is_not_a_layout_is_rejected_before_anything_is_written(string file, string content)
    {
        foreach (var hasState in new[] { false, true })
        {
            Directory.CreateDirectory(Root);
            if (hasState)
            {
                Directory.CreateDirectory(Path.Combine(Root, ".imagepusher", "partial"));
            }

            await File.WriteAllTextAsync(Path.Combine(Root, file), content, Token);
            var before = Directory.GetFileSystemEntries(Root, "*", SearchOption.AllDirectories);
            await Assert.ThrowsAsync<InvalidOptionException>(() => ImageCache.Open(Root).InitializeAsync(Token));
            await Assert.ThrowsAsync<InvalidOptionException>(() => ImageCache.Open(Root).ClearAsync(Token));
            Assert.Equal(before, Directory.GetFileSystemEntries(Root, "*", SearchOption.AllDirectories));
            Assert.Equal(content, await File.ReadAllTextAsync(Path.Combine(Root, file), Token));
            Directory.Delete(Root, recursive: true);
        }
    }

    [Theory]
    [InlineData("""{"name":"website"}""")]
    [InlineData("""["a","b"]""")]
    [InlineData("A file of the user.")]
    [InlineData("\"text\"")]
    public async Task Clearing_never_replaces_what_is_not_an_index(string content)
    {
        await MemoryImage.Random(1, 10).SaveAsync(Cache, "app", cancellationToken: Token);
        await File.WriteAllTextAsync(IndexFile, content, Token);
        await Assert.ThrowsAsync<InvalidOptionException>(() => ImageCache.Open(Root).ClearAsync(Token));
        Assert.Equal(content, await File.ReadAllTextAsync(IndexFile, Token));
        Assert.Equal(3, Directory.GetFiles(Path.Combine(Root, "blobs", "sha256")).Length);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("""{"manifests":[]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":null}""")]
    public async Task An_empty_folder_and_an_index_without_marker_become_caches(string? index)
    {
        Directory.CreateDirectory(Root);
        if (index is not null)
        {
            await File.WriteAllTextAsync(IndexFile, index, Token);
        }

        await MemoryImage.Random(1, 10).SaveAsync(Cache, "app", cancellationToken: Token);
        Assert.Single(LayoutCheck.Run(Root));
    }

    [Trait("Wine", "Wine reports the time of the last write as the time of creation.")]
    [Fact]
    public async Task Blobs_that_were_copied_with_their_old_times_are_kept_for_the_grace_period()
    {
        await Cache.InitializeAsync(Token);
        byte[] content = [1, 2, 3];
        var path = Cache.Blobs.PathOf(Digest.Of(content));
        await File.WriteAllBytesAsync(path, content, Token);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddYears(-1));
        Assert.Equal((0, 1), await CollectAsync(TimeSpan.FromMinutes(59)));
        Assert.Equal((1, 0), await CollectAsync(TimeSpan.FromMinutes(61)));
    }

    [Fact]
    public async Task A_blob_that_was_moved_into_the_cache_is_kept_for_the_grace_period()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Only the time of the last change shows a move.");
        await Cache.InitializeAsync(Token);
        byte[] content = [1, 2, 3];
        var outside = Path.Combine(Folder, "outside");
        await File.WriteAllBytesAsync(outside, content, Token);
        File.SetLastWriteTimeUtc(outside, DateTime.UtcNow.AddYears(-1));
        File.Move(outside, Cache.Blobs.PathOf(Digest.Of(content)));
        Assert.Equal((0, 1), await CollectAsync(TimeSpan.FromMinutes(59)));
    }

    private async Task<(int Removed, int Kept)> CollectAsync(TimeSpan later)
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow + later);
        var report = await ImageCache.Open(Root, new CacheOptions { TimeProvider = clock }).CollectGarbageAsync(cancellationToken: Token);
        return (report.Blobs, report.Kept);
    }
}
