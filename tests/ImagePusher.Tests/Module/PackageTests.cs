using ImagePusher.TestSupport;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Module;

/// <summary>'build.ps1 Package' by the bundled shell, in two fresh clones of the last commit (long form: it builds everything twice).</summary>
public sealed class PackageTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_clones_give_the_same_bytes_and_the_tool_installs_and_runs()
    {
        Assert.SkipUnless(ExternalTools.LongForm, "The packages are built in the long form (IMAGEPUSHER_TEST_LONG=1).");
        using var folder = new TemporaryFolder();
        var first = await PackAsync(folder["one"]);
        var second = await PackAsync(folder["another", "place"]);
        Assert.Equal(first, second);
        Assert.Equal(5, first.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

        var packages = folder["one", "out", "packages"];
        var check = await ExternalTools.RunAsync("sha256sum", ["-c", "SHA256SUMS"], new ToolSettings { WorkingFolder = packages }, Token);
        Assert.Equal(5, check.Output.Split(": OK").Length - 1);

        // A tool that was installed before must not be taken from NuGet's folder.
        var settings = new ToolSettings { WorkingFolder = folder.FullName, Environment = new Dictionary<string, string?> { ["NUGET_PACKAGES"] = folder["nuget"] } };
        await ExternalTools.RunAsync("dotnet", ["tool", "install", "imagepusher", "--tool-path", folder["tool"], "--source", Path.Combine(packages, "nuget")], settings, Token);
        var run = await ExternalTools.RunAsync("/bin/sh", ["-c", "exec \"$0\" \"$@\"", folder["tool", "imagepusher"], "-Command", $"(Get-ImageTar '{Path.Combine(Repository.Folder, "docs", "examples", "hello.tar")}').Reference; (Get-Module ImagePusher).ModuleBase"], settings, Token);
        Assert.StartsWith($"example.com/hello:1.0\n{folder["tool"]}", run.Output, StringComparison.Ordinal);
    }

    /// <summary>Clones, packs, and gives the sums of the packages.</summary>
    private static async Task<string> PackAsync(string clone)
    {
        await ExternalTools.RunAsync("git", ["clone", "--quiet", Repository.Folder, clone], Token);
        var settings = new ToolSettings
        {
            WorkingFolder = clone,
            TimeLimit = Limit,
            Environment = new Dictionary<string, string?> { ["SOURCE_DATE_EPOCH"] = null, ["MSBUILDDISABLENODEREUSE"] = "1" },
        };
        await ExternalTools.RunAsync("dotnet", ["run", "--project", "src/ImagePusher.Shell", "--", "-File", "build.ps1", "Package"], settings, Token);
        return await File.ReadAllTextAsync(Path.Combine(clone, "out", "packages", "SHA256SUMS"), Token);
    }
}
