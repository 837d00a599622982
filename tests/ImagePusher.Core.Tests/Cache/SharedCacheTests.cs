using System.Runtime.Versioning;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>Which users can read and write the files of a cache, and what a second user of a shared one can do.</summary>
[UnsupportedOSPlatform("windows")]
[Trait("Wine", "Windows has no file modes and no umask.")]
public sealed class SharedCacheTests : CacheTest
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Shared = Private | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;

    [Fact]
    public async Task A_new_cache_is_private()
    {
        await TestImage.Random(1, 100).SaveAsync(Cache, "app", cancellationToken: Token);
        AssertModes(Private);
    }

    [Theory]
    [InlineData(Shared)]
    [InlineData(Shared | UnixFileMode.SetGroup)]
    [InlineData(Shared | UnixFileMode.OtherRead | UnixFileMode.OtherExecute)]
    public async Task The_files_of_a_group_writable_folder_follow_its_mode_whatever_the_umask(UnixFileMode mode)
    {
        Directory.CreateDirectory(Root);
        File.SetUnixFileMode(Root, mode);
        await TestImage.Random(1, 100).SaveAsync(Cache, "app", cancellationToken: Token);
        await Assert.ThrowsAsync<IOException>(() => Cache.WriteBlobAsync(new FaultyBlob([1, 2, 3, 4]) { BreakAfter = 3 }, Token));
        AssertModes(mode);
    }

    [Fact]
    public async Task A_second_user_saves_removes_and_collects_in_a_shared_cache()
    {
        Assert.SkipUnless(Environment.UserName == "root" && ExternalTools.Find("setpriv") is not null, "Only root can run programs as another user.");
        Directory.CreateDirectory(Root);
        await ExternalTools.RunAsync("chgrp", ["12345", Root], Token);
        File.SetUnixFileMode(Root, Shared | UnixFileMode.SetGroup);
        File.SetUnixFileMode(Folder, Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        await TestImage.Random(1, 100).SaveAsync(Cache, "first", cancellationToken: Token);
        foreach (var file in Directory.GetFiles(Path.Combine(Root, "blobs", "sha256")))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-1));
        }

        await ExternalTools.RunAsync(
            "setpriv", ["--reuid=54321", "--regid=12345", "--clear-groups", .. Worker.Command, "save", Root, "second"], Token);
        Assert.Equal(2, (await Cache.ListAsync(Token)).Count);
        await Cache.RemoveAsync((await Cache.FindAsync("second", Token))!, Token);
        Assert.True((await Cache.CollectGarbageAsync(gracePeriod: TimeSpan.FromDays(-1), cancellationToken: Token)).Blobs > 0);
        Assert.Single(LayoutCheck.Run(Root));
    }

    private void AssertModes(UnixFileMode folder)
    {
        var entries = Directory.GetFileSystemEntries(Root, "*", SearchOption.AllDirectories);
        Assert.True(entries.Length > 8);
        var file = folder & (Shared | UnixFileMode.OtherRead) & ~(UnixFileMode.UserExecute | UnixFileMode.GroupExecute);
        Assert.All(entries.Append(Root), entry => Assert.Equal(Directory.Exists(entry) ? folder : file, File.GetUnixFileMode(entry)));
    }
}
