using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Cache;

/// <summary>The errors when the disk, the folder or the file system of a cache fails, and the effect of the recommended action.</summary>
public sealed class CacheFailureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_keeps_existing_content_and_images_can_be_removed()
    {
        using var disk = await SmallDisk.MountAsync(_folder["disk"], "size=2m", Token);
        using var engine = new Engine(Path.Combine(disk.Path, "cache"))
        {
            ["small"] = _images.Write("small", 300_000),
            ["old"] = _images.Write("old", 900_000),
            ["large"] = _images.Write("large", 1_200_000),
        };
        await engine.OutputAsync("Import-ImageTar $small, $old", Token);
        var outcome = await engine.FailsMidwayAsync("Import-ImageTar $large", "InsufficientSpace", engine.CachePath);
        Assert.Equal(2, outcome.Errors[0].Exception.Message.Split(engine.CachePath).Length);
        Assert.Contains("Free space on that disk", outcome.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal([true, true],
            (await engine.OutputAsync("Test-CachedImage * -Full -Quiet", Token)).Select(result => (bool)result.BaseObject));
        Assert.Equal(0L, (long)(await engine.SingleAsync("Get-ImageCache", Token)).PartialSize);

        // The disk is full: removing an image and collecting its garbage must still work.
        disk.Fill("other");
        await engine.OutputAsync("Remove-CachedImage *old*", Token);
        Assert.InRange((long)(await engine.SingleAsync("Optimize-ImageCache -GracePeriod 0", Token)).BytesFreed, 900_000, 1_500_000);
        File.Delete(Path.Combine(disk.Path, "other"));
        Assert.Equal("example.com/large:1", (string)(await engine.SingleAsync("Import-ImageTar $large", Token)).Reference);
    }

    [Fact]
    public async Task A_full_disk_leaves_no_partial_tar_and_keeps_the_existing_one()
    {
        using var disk = await SmallDisk.MountAsync(_folder["disk"], "size=1m", Token);
        using var engine = new Engine { ["tar"] = _images.Write("large", 3_000_000), ["out"] = Path.Combine(disk.Path, "out.tar") };
        File.WriteAllText(Path.Combine(disk.Path, "out.tar"), "old");
        await engine.OutputAsync("Import-ImageTar $tar", Token);
        var outcome = await engine.FailsAsync("Export-ImageTar * -Path $out -Force", "InsufficientSpace",
            Path.Combine(disk.Path, "out.tar"));
        Assert.Equal(2, outcome.Errors[0].Exception.Message.Split(disk.Path).Length);
        Assert.Equal("old", await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(disk.Path)), Token));
    }

    [Fact]
    public async Task A_full_temporary_folder_is_reported_with_the_recommended_action()
    {
        using var disk = await SmallDisk.MountAsync(_folder["disk"], "size=64k", Token);
        var plain = _images.Write("app", 500_000);
        await ExternalTools.RunAsync("zstd", ["-q", "--rm", plain], Token);
        using var engine = new Engine { ["tar"] = plain + ".zst" };
        using var temp = new EnvironmentScope(("TMPDIR", disk.Path));
        var outcome = await engine.FailsAsync("Import-ImageTar $tar", "InsufficientSpace", plain + ".zst", disk.Path);
        Assert.Contains("TMPDIR", outcome.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(disk.Path));
    }

    [Fact]
    public async Task A_read_only_disk_is_read_and_every_change_is_rejected()
    {
        using var disk = await SmallDisk.MountAsync(_folder["disk"], "size=2m", Token);
        using var engine = new Engine(Path.Combine(disk.Path, "cache")) { ["tar"] = _images.Write("app"),
            ["other"] = _images.Write("other"), ["out"] = _folder["out.tar"] };
        await engine.OutputAsync("Import-ImageTar $tar", Token);
        await disk.MakeReadOnlyAsync(Token);
        await engine.OutputAsync(
            "Get-CachedImage; Test-CachedImage * -Full; Get-ImageCache; Export-ImageTar * -Path $out; Optimize-ImageCache -WhatIf", Token);
        foreach (var script in new[] { "Import-ImageTar $other", "Remove-CachedImage *", "Optimize-ImageCache",
            "Clear-ImageCache -Confirm:$false", "Set-ImageCache $env:IMAGEPUSHER_CACHE" })
        {
            var outcome = await engine.FailsAsync(script, "AccessDenied", engine.CachePath);
            Assert.Contains("Use a folder that you can write to", outcome.Errors[0].ErrorDetails.RecommendedAction,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_truncated_index_is_CacheCorrupt_for_every_cmdlet_and_clearing_repairs_it()
    {
        using var engine = new Engine { ["tar"] = _images.Write("app"), ["out"] = _folder["out.tar"] };
        await engine.OutputAsync("Import-ImageTar $tar", Token);
        var index = Path.Combine(engine.CachePath, "index.json");
        var raw = await File.ReadAllBytesAsync(index, Token);
        await File.WriteAllBytesAsync(index, raw[..(raw.Length / 2)], Token);
        foreach (var script in new[]
        {
            "Get-CachedImage", "Get-ImageCache", "Import-ImageTar $tar", "Test-CachedImage *", "Remove-CachedImage *",
            "Repair-CachedImage *", "Optimize-ImageCache",
            "Optimize-ImageCache -WhatIf", "Push-CachedImage * -Destination localhost:1", "Export-ImageTar * -Path $out",
            "Set-ImageCache $env:IMAGEPUSHER_CACHE",
        })
        {
            var outcome = await engine.FailsMidwayAsync(script, "CacheCorrupt", index);
            Assert.Contains("clear the cache", outcome.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        }

        // The file still exists, so it can be repaired manually.
        Assert.Equal(raw[..(raw.Length / 2)], await File.ReadAllBytesAsync(index, Token));
        await engine.OutputAsync("Clear-ImageCache -Confirm:$false; Import-ImageTar $tar", Token);
        Assert.Single(await engine.OutputAsync("Get-CachedImage", Token));
    }

    [Fact]
    public async Task An_unreadable_entry_of_another_tool_stops_only_the_garbage_collection()
    {
        using var engine = new Engine { ["tar"] = _images.Write("app") };
        await engine.OutputAsync("Import-ImageTar $tar", Token);
        var index = Path.Combine(engine.CachePath, "index.json");
        var text = await File.ReadAllTextAsync(index, Token);
        await File.WriteAllTextAsync(index,
            text.Replace("[", """[{"mediaType":"x","digest":"blake3:00","size":1},""", StringComparison.Ordinal), Token);
        Assert.Single(await engine.OutputAsync("Get-CachedImage", Token));
        await engine.FailsAsync("Optimize-ImageCache", "CacheCorrupt", index);
        await engine.OutputAsync("Import-ImageTar $tar -Reference example.com/again:1", Token);
        Assert.Contains("blake3:00", await File.ReadAllTextAsync(index, Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_file_locks_nothing_is_written_and_a_recommended_action_is_reported()
    {
        using var shell = new PwshProcess();
        var tar = _images.Write("app");
        var script = $"Import-ImageTar '{tar}'; $Error[0].FullyQualifiedErrorId; $Error[0].ErrorDetails.RecommendedAction; "
            + "@(Get-CachedImage).Count";
        shell.Environment["DOTNET_SYSTEM_IO_DISABLEFILELOCKING"] = "1";
        var refused = await shell.RunAsync(["-Command", script]);
        Assert.Contains("cannot be locked", refused.Error, StringComparison.Ordinal);
        Assert.Contains("CacheLocked,ImagePusher.Cmdlets.ImportImageTarCommand", refused.Output, StringComparison.Ordinal);
        Assert.Contains("Unset DOTNET_SYSTEM_IO_DISABLEFILELOCKING", refused.Output, StringComparison.Ordinal);
        Assert.EndsWith("0", refused.Output.TrimEnd(), StringComparison.Ordinal);

        // Reading needs no lock.
        shell.Environment.Clear();
        Assert.Equal("", (await shell.RunAsync(["-Command", $"$null = Import-ImageTar '{tar}'"])).Error);
        shell.Environment["DOTNET_SYSTEM_IO_DISABLEFILELOCKING"] = "1";
        Assert.Equal("example.com/app:1", (await shell.RunAsync(["-Command", "(Get-CachedImage).Reference"])).Output.Trim());
    }

    public void Dispose()
    {
        _folder.Dispose();
        _images.Dispose();
    }
}
