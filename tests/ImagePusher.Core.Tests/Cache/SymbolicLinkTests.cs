using ImagePusher.Core.Archives;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>Some builders (Bazel's rules) write layouts whose files are links into a store of theirs.</summary>
[Trait("Wine", "Wine has no symbolic links.")]
public sealed class SymbolicLinkTests : CacheTest
{
    private readonly MemoryImage _image = MemoryImage.Random(1, 5000, 100);

    [Fact]
    public async Task A_layout_of_links_is_used_as_a_cache()
    {
        await MakeAsync();
        var entry = Assert.Single(await Cache.ListAsync(Token));
        var report = await Cache.VerifyAsync(entry, full: true, Token);
        Assert.Empty(report.Missing);
        Assert.Empty(report.Damaged);
        var statistics = await Cache.GetStatisticsAsync(Token);
        Assert.Equal((4, 0L, _image.Manifest.Raw.Length + _image.Blobs.Values.Sum(blob => blob.Length)),
            (statistics.Blobs, statistics.UnusedBytes, statistics.Bytes));
        await MemoryImage.Random(2, 10).SaveAsync(Cache, "other", cancellationToken: Token);
        Assert.Equal(2, LayoutCheck.Run(Root).Count);
    }

    [Fact]
    public async Task A_layout_of_links_is_imported_as_a_folder()
    {
        await MakeAsync();
        await using var archive = await ImageArchive.OpenAsync(Root, null, Token);
        Assert.Empty(archive.Images[0].Missing);
        await Archives.ArchiveTestBase.ReadAllAsync(archive, archive.Images[0].Root);
    }

    [Fact]
    public async Task A_link_without_a_target_is_a_missing_blob()
    {
        await MakeAsync();
        var lost = _image.Blobs.Keys.First();
        File.Delete(Path.Combine(Folder, "store", lost.Encoded));
        Assert.Null(Cache.Blobs.SizeOf(lost));
        var report = await Cache.VerifyAsync(Assert.Single(await Cache.ListAsync(Token)), full: false, Token);
        Assert.Equal(lost, Assert.Single(report.Missing).Digest);
        await using (var archive = await ImageArchive.OpenAsync(Root, null, Token))
        {
            Assert.Equal(lost, Assert.Single(archive.Images[0].Missing).Digest);
        }

        await _image.SaveAsync(Cache, "app", cancellationToken: Token);
        Assert.True((await Cache.VerifyAsync((await Cache.FindAsync("app", Token))!, full: true, Token)).IsIntact);
    }

    [Fact]
    public async Task Changes_of_another_tool_through_a_linked_index_are_read()
    {
        await MakeAsync();
        var target = Path.Combine(Folder, "store", "index.json");
        File.SetLastWriteTimeUtc(IndexFile, DateTime.UtcNow.AddHours(-1));
        Assert.Single(await Cache.ListAsync(Token));
        await File.WriteAllTextAsync(target, """{"schemaVersion":2,"manifests":[]}""", Token);
        Assert.Empty(await Cache.ListAsync(Token));
    }

    // Every file of a saved image's layout becomes a link to what it was.
    private async Task MakeAsync()
    {
        await _image.SaveAsync(Cache, "app", cancellationToken: Token);
        Directory.Delete(Path.Combine(Root, ".imagepusher"), recursive: true);
        var store = Directory.CreateDirectory(Path.Combine(Folder, "store")).FullName;
        foreach (var file in Directory.GetFiles(Root, "*", SearchOption.AllDirectories))
        {
            var real = Path.Combine(store, Path.GetFileName(file));
            File.Move(file, real);
            File.CreateSymbolicLink(file, real);
        }
    }
}
