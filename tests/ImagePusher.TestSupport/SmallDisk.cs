using System.Diagnostics;
using Xunit;

namespace ImagePusher.TestSupport;

/// <summary>A small file system in memory, mounted for a test; it needs the right to mount, and the test is skipped without it.</summary>
public sealed class SmallDisk : IDisposable
{
    private static readonly ToolSettings MayFail = new() { AllowFailure = true };

    private SmallDisk(string path) => Path = path;

    /// <summary>The mount point.</summary>
    public string Path { get; }

    /// <summary>Mounts one.</summary>
    /// <param name="path">The folder to mount it on; created if it does not exist.</param>
    /// <param name="options">The options of a tmpfs, such as size=2m.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<SmallDisk> MountAsync(string path, string options, CancellationToken cancellationToken)
    {
        ExternalTools.RequireAll("mount", "umount");
        Directory.CreateDirectory(path);
        var result = await ExternalTools.RunAsync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path], MayFail, cancellationToken);
        Assert.SkipUnless(result.ExitCode == 0, $"A tmpfs can't be mounted here: {result.Error.Trim()}");
        return new SmallDisk(path);
    }

    /// <summary>From now on nothing can be written to it.</summary>
    public Task MakeReadOnlyAsync(CancellationToken cancellationToken) =>
        ExternalTools.RunAsync("mount", ["-o", "remount,ro", Path], cancellationToken);

    /// <summary>Fills it up to the last byte with a file.</summary>
    public void Fill(string name)
    {
        using var file = new FileStream(System.IO.Path.Combine(Path, name), FileMode.Create, FileAccess.Write, FileShare.None,
            bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(new byte[512]);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        using var process = Process.Start("umount", ["-l", Path]);
        process.WaitForExit();
    }
}
