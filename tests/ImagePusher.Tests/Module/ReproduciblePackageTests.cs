using System.IO.Compression;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Module;

/// <summary>'build.ps1 Package' in two new clones of the last commit (long form: it builds everything twice).</summary>
public sealed class ReproduciblePackageTests
{
    private const int Files = 7;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_clones_give_the_same_bytes_and_the_packed_module_is_imported()
    {
        Assert.SkipUnless(ExternalTools.LongForm, "The packages are built in the long form (IMAGEPUSHER_TEST_LONG=1).");
        using var folder = new TemporaryFolder();
        var first = await PackAsync(folder["one"]);
        var second = await PackAsync(folder["another", "place"]);
        Assert.Equal(first, second);
        Assert.Equal(Files, first.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

        var packages = folder["one", "out", "packages"];
        var check = await ExternalTools.RunAsync("sha256sum", ["-c", "SHA256SUMS"], new ToolSettings { WorkingFolder = packages }, Token);
        Assert.Equal(Files, check.Output.Split(": OK").Length - 1);

        foreach (var name in new[] { "ImagePusher.Core", "ImagePusher.LocalRegistry" })
        {
            var library = Directory.GetFiles(Path.Combine(packages, "nuget"), $"{name}.?.*.nupkg").Single();
            await using var content = await ZipFile.OpenReadAsync(library, Token);
            string[] expected =
            [
                "README.md", "LICENSE", "THIRD-PARTY-NOTICES.md", $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml",
            ];
            Assert.All(expected, file => Assert.NotNull(content.GetEntry(file)));
        }

        var zip = Directory.GetFiles(packages, "*.zip").Single();
        Assert.InRange(new FileInfo(zip).Length, 1, 12_000_000);
        await ZipFile.ExtractToDirectoryAsync(zip, folder["module"], Token);
        using var pwsh = new PwshProcess();
        var tar = Path.Combine(Repository.Folder, "docs", "examples", "hello.tar");
        var run = await pwsh.RunAsync(["-Command", $"Import-Module '{folder["module", "ImagePusher"]}'; (Get-ImageTar '{tar}').Reference"]);
        Assert.Equal("example.com/hello:1.0\n", run.Output);
    }

    /// <summary>Clones to a branch of its own, packs, and returns the checksums of the packages.</summary>
    private static async Task<string> PackAsync(string clone)
    {
        await ExternalTools.RunAsync("git", ["clone", "--quiet", Repository.Folder, clone], Token);

        // The packages must not depend on it.
        await ExternalTools.RunAsync("git", ["-C", clone, "switch", "--quiet", "--create", Path.GetFileName(clone)], Token);
        var settings = new ToolSettings
        {
            WorkingFolder = clone,
            TimeLimit = Limit,
            Environment = new Dictionary<string, string?> { ["SOURCE_DATE_EPOCH"] = null, ["MSBUILDDISABLENODEREUSE"] = "1" },
        };
        await ExternalTools.RunAsync(PwshProcess.Pwsh, ["-NoProfile", "-File", "build.ps1", "Package"], settings, Token);
        return await File.ReadAllTextAsync(Path.Combine(clone, "out", "packages", "SHA256SUMS"), Token);
    }
}
