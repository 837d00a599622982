using System.Text.RegularExpressions;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>
/// The effect of a power failure cannot be tested directly, but the order of the calls that prevent data loss can: strace lists the files
/// that a process flushed and renamed while it saved an image.
/// </summary>
public sealed partial class DurabilityTests : CacheTest
{
    [Fact]
    public async Task Files_are_flushed_before_they_get_their_names_and_blobs_before_the_image_that_needs_them()
    {
        var calls = await TraceAsync("save", Root, "app");
        var blobs = Path.Combine(Root, "blobs", "sha256");
        var renamed = calls.FindAll(call => call.From is not null && call.Path.StartsWith(Root, StringComparison.Ordinal));
        Assert.Equal(4, renamed.Count(call => Path.GetDirectoryName(call.Path) == blobs));
        foreach (var rename in renamed)
        {
            Assert.Contains(calls.TakeWhile(call => call != rename), call => call.From is null && call.Path == rename.From);
        }

        // The first index is the empty one of a new cache.
        var index = calls.FindLastIndex(call => call.From is not null && call.Path == IndexFile);
        var lastBlob = calls.FindLastIndex(call => call.From is not null && Path.GetDirectoryName(call.Path) == blobs);
        Assert.InRange(calls.FindIndex(lastBlob, call => call.From is null && call.Path == blobs), lastBlob, index);
        Assert.InRange(calls.FindIndex(index, call => call.From is null && call.Path == Root), index, calls.Count);
    }

    private async Task<List<(string Path, string? From)>> TraceAsync(params string[] arguments)
    {
        ExternalTools.RequireAll("strace");
        var (exitCode, output) = await LayoutTool.TryAsync("strace", "true");
        Assert.SkipUnless(exitCode == 0, $"no process can be traced here: {output.Trim()}");
        var log = Path.Combine(Folder, "calls");
        await LayoutTool.RunAsync("strace",
            ["-f", "-y", "-qq", "-e", "trace=openat,fsync,rename,renameat,renameat2", "-o", log, .. Worker.Command, .. arguments]);
        var calls = new List<(string, string?)>();
        var folders = new Dictionary<string, string>();
        foreach (var line in await File.ReadAllLinesAsync(log, Token))
        {
            if (Flush().Match(line) is { Success: true } flush)
            {
                calls.Add((flush.Groups[1].Value, null));
            }
            else if (Rename().Match(line) is { Success: true } rename)
            {
                calls.Add((Resolve(rename.Groups[2].Value), Resolve(rename.Groups[1].Value)));
            }
            else if (Opened().Match(line) is { Success: true } opened)
            {
                folders[$"/proc/self/fd/{opened.Groups[1].Value}"] = opened.Groups[2].Value;
            }
        }

        return calls;

        string Resolve(string path) =>
            folders.TryGetValue(Path.GetDirectoryName(path)!, out var folder) ? Path.Combine(folder, Path.GetFileName(path)) : path;
    }

    // With a call of another thread in between, strace writes the beginning on a line of its own; that is when it was made.
    [GeneratedRegex("""fsync\(\d+<([^>]+)>""")]
    private static partial Regex Flush();

    [GeneratedRegex("""openat.* = (\d+)<([^>]+)>""")]
    private static partial Regex Opened();

    [GeneratedRegex(""" rename\w*\(.*?"([^"]+)",.*?"([^"]+)["]""")]
    private static partial Regex Rename();
}
