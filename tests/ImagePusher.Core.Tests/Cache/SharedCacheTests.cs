using System.Runtime.Versioning;
using ImagePusher.Core.Cache;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>The users that can read and write the files of a cache, and the operations available to a second user of a shared
/// cache.</summary>
[UnsupportedOSPlatform("windows")]
[Trait("Wine", "Windows has no file modes and no umask.")]
public sealed class SharedCacheTests : CacheTest
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Shared = Private | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;

    [Fact]
    public async Task A_new_cache_is_private()
    {
        await MemoryImage.Random(1, 100).SaveAsync(Cache, "app", cancellationToken: Token);
        AssertModes(Private);
    }

    [Theory]
    [InlineData(Shared)]
    [InlineData(Shared | UnixFileMode.SetGroup)]
    [InlineData(Shared | UnixFileMode.OtherRead | UnixFileMode.OtherExecute)]
    public async Task The_files_of_a_group_writable_folder_have_its_mode_regardless_of_the_umask(UnixFileMode mode)
    {
        Directory.CreateDirectory(Root);
        File.SetUnixFileMode(Root, mode);
        await MemoryImage.Random(1, 100).SaveAsync(Cache, "app", cancellationToken: Token);
        await Assert.ThrowsAsync<IOException>(() => Cache.WriteBlobAsync(new FaultyBlob([1, 2, 3, 4]) { BreakAfter = 3 }, Token));
        AssertModes(mode);
    }

    [Fact]
    public async Task A_second_user_saves_removes_and_collects_in_a_shared_cache()
    {
        await ShareAsync();
        await MemoryImage.Random(1, 100).SaveAsync(Cache, "first", cancellationToken: Token);
        foreach (var file in Directory.GetFiles(Path.Combine(Root, "blobs", "sha256")))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-1));
        }

        await AsSecondAsync([.. Worker.Command, "save", Root, "second"]);
        Assert.Equal(2, (await Cache.ListAsync(Token)).Count);
        await Cache.RemoveAsync((await Cache.FindAsync("second", Token))!, Token);
        Assert.True((await Cache.CollectGarbageAsync(gracePeriod: TimeSpan.FromDays(-1), cancellationToken: Token)).Blobs > 0);
        Assert.Single(LayoutCheck.Run(Root));
    }

    [Fact]
    public async Task A_second_user_copies_from_and_collects_in_a_shared_cache_and_the_first_continues()
    {
        await ShareAsync();
        await MemoryImage.Random(1, 100).SaveAsync(Cache, "first", cancellationToken: Token);
        await Cache.WriteBlobAsync(MemoryImage.Source([1, 2, 3]), Token);
        Assert.Contains("copied", await AsSecondAsync([.. Worker.Command, "copy", Root, "first", Path.Combine(Folder, "open", "copy")]),
            StringComparison.Ordinal);
        Assert.Contains("1 removed", await AsSecondAsync([.. Worker.Command, "collect", Root]), StringComparison.Ordinal);
        await AsSecondAsync([.. Worker.Command, "save", Root, "second"]);
        await MemoryImage.Random(3, 100).SaveAsync(ImageCache.Open(Root), "third", cancellationToken: Token);
        Assert.Equal(3, LayoutCheck.Run(Root).Count);
    }

    [Fact]
    public async Task A_user_outside_of_the_group_reads_and_writes_nothing()
    {
        await ShareAsync();
        await MemoryImage.Random(1, 100).SaveAsync(Cache, "first", cancellationToken: Token);
        foreach (string[] command in new string[][] { ["save", Root, "second"],
            ["copy", Root, "first", Path.Combine(Folder, "open", "copy")], ["collect", Root] })
        {
            Assert.StartsWith("AccessDeniedException", await RunAsync(54321, [.. Worker.Command, .. command]), StringComparison.Ordinal);
        }

        Assert.Single(LayoutCheck.Run(Root));
    }

    [Theory]
    [InlineData("printf x > blob.new; mv -f blob.new BLOB")]
    [InlineData("rm -f BLOB; ln -s VICTIM BLOB")]
    [InlineData("rm -f .imagepusher/partial/sha256/* ; ln -s VICTIM .imagepusher/partial/x")]
    [InlineData("rm -f .imagepusher/lock; ln -s VICTIM .imagepusher/lock")]
    [InlineData("rm -f index.json; ln -s VICTIM index.json")]
    [InlineData("rm -f index.json; mkfifo index.json")]
    public async Task Malicious_files_of_a_second_user_do_not_affect_the_first(string script)
    {
        await ShareAsync();
        var image = MemoryImage.Random(1, 100);
        await image.SaveAsync(Cache, "first", cancellationToken: Token);
        var victim = Path.Combine(Folder, "victim");
        await File.WriteAllTextAsync(victim, "of the first user", Token);
        var blob = Cache.Blobs.PathOf(image.Blobs.Keys.First());
        await AsSecondAsync(
            [
                "sh", "-c", $"cd {Root}; "
                    + script.Replace("BLOB", blob, StringComparison.Ordinal).Replace("VICTIM", victim, StringComparison.Ordinal),
            ]);

        // Each command of the first user succeeds or ends in a typed error, and nothing of another content is copied.
        var copy = Path.Combine(Folder, "copy");
        await ExpectAsync(() => ImageTransfer.CopyAsync(ImageEndpoint.Cache("first", Root), ImageEndpoint.Layout(copy), null, Token));
        await ExpectAsync(() => MemoryImage.Random(2, 100).SaveAsync(ImageCache.Open(Root), "second", cancellationToken: Token));
        await ExpectAsync(() => ImageCache.Open(Root).CollectGarbageAsync(gracePeriod: TimeSpan.FromDays(-1), cancellationToken: Token));
        Assert.Equal("of the first user", await File.ReadAllTextAsync(victim, Token));
        if (File.Exists(Path.Combine(copy, "index.json")))
        {
            LayoutCheck.Run(copy);
        }
    }

    private static async Task ExpectAsync(Func<Task> action)
    {
        var error = await Record.ExceptionAsync(() => action().WaitAsync(TimeSpan.FromMinutes(1), Token));
        Assert.True(error is null or ImagePusherException, error?.ToString());
    }

    private async Task ShareAsync()
    {
        Assert.SkipUnless(Environment.UserName == "root" && ExternalTools.Find("setpriv") is not null,
            "Only root can run programs as another user.");
        Directory.CreateDirectory(Root);
        await ExternalTools.RunAsync("chgrp", ["12345", Root], Token);
        File.SetUnixFileMode(Root, Shared | UnixFileMode.SetGroup);
        File.SetUnixFileMode(Folder, Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var open = Directory.CreateDirectory(Path.Combine(Folder, "open")).FullName;
        File.SetUnixFileMode(open, Shared | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);
    }

    private static Task<string> AsSecondAsync(string[] command) => RunAsync(12345, command);

    private static async Task<string> RunAsync(int group, string[] command) => (await ExternalTools.RunAsync(
        "setpriv", ["--reuid=54321", $"--regid={group}", "--clear-groups", .. command], new ToolSettings { AllowFailure = true },
        Token)).Output;

    private void AssertModes(UnixFileMode folder)
    {
        var entries = Directory.GetFileSystemEntries(Root, "*", SearchOption.AllDirectories);
        Assert.True(entries.Length > 8);
        var file = folder & (Shared | UnixFileMode.OtherRead) & ~(UnixFileMode.UserExecute | UnixFileMode.GroupExecute);
        Assert.All(entries.Append(Root), entry => Assert.Equal(Directory.Exists(entry) ? folder : file, File.GetUnixFileMode(entry)));
    }
}
