namespace ImagePusher.Core.Tests.Cache;

/// <summary>A small file system in memory, mounted for a test; it needs the right to mount.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    public static async Task<SmallDisk> MountAsync(string path, string options)
    {
        OutsideTool.Need("mount", "umount");
        Directory.CreateDirectory(path);
        var (exitCode, output) = await OutsideTool.TryAsync("mount", "-t", "tmpfs", "-o", options, "tmpfs", path);
        Assert.SkipUnless(exitCode == 0, $"a tmpfs can't be mounted here: {output.Trim()}");
        return new SmallDisk(path);
    }

    public Task MakeReadOnlyAsync() => OutsideTool.RunAsync("mount", "-o", "remount,ro", Path);

    public void Dispose()
    {
        using var process = System.Diagnostics.Process.Start("umount", ["-l", Path]);
        process.WaitForExit();
    }
}
