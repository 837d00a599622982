using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Carry;

/// <summary>Inventories and lists from the other side are input: they neither end the process nor are they lost.</summary>
public sealed class HostileBundleTests : IDisposable
{
    private const string Cycle = """
        <Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj RefId="0"><TN RefId="0">
        <T>System.Collections.ArrayList</T><T>System.Object</T></TN><LST><Ref RefId="0" /><Ref RefId="0" /></LST></Obj></Objs>
        """;

    private const string CycleOfBlobs = """
        <Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj RefId="0"><MS>
        <S N="Reference">docker.io/library/a:1</S>
        <S N="Digest">sha256:$</S><Obj N="Blobs" RefId="1"><TN RefId="0"><T>System.Collections.ArrayList</T><T>System.Object</T></TN>
        <LST><Ref RefId="1" /><S>x</S></LST></Obj></MS></Obj></Objs>
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _images.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("(,(Import-Clixml $file))", "InvalidOption")]
    [InlineData("(,@((,(Import-Clixml $file)), $null))", "InvalidOption")]
    [InlineData("(Import-Clixml $blobs)", null)]
    public async Task A_baseline_that_contains_itself_is_an_error_or_has_nothing(string baseline, string? expected)
    {
        using var engine = new Engine
        {
            ["tar"] = _images.Write("app"),
            ["file"] = _folder.Write("cycle.clixml", Cycle),
            ["out"] = _folder["out.tar"],
            ["blobs"] = _folder.Write("blobs.clixml", CycleOfBlobs.Replace("$", new string('0', 64), StringComparison.Ordinal)),
        };
        var outcome = await engine.RunAsync($"Import-ImageTar $tar | Export-ImageTar -Path $out -Baseline {baseline}", Token);
        if (expected is null)
        {
            Assert.Empty(outcome.AllErrors);
        }
        else
        {
            Assert.StartsWith(expected, outcome.AllErrors[^1].FullyQualifiedErrorId, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Lines_of_SHA256SUMS_for_other_files_are_kept()
    {
        const string Others = "# a comment\nSHA512 (other) = abc\n"
            + "0000000000000000000000000000000000000000000000000000000000000000 *other.bin\n";
        _folder.Write("SHA256SUMS", Others);
        using var engine = new Engine { ["tar"] = _images.Write("app"), ["out"] = _folder["b.tar"] };
        await engine.OutputAsync("Import-ImageTar $tar | Export-ImageTar -Path $out -MaximumSize 1MB", Token);
        await engine.OutputAsync("Get-CachedImage | Export-ImageTar -Path $out -MaximumSize 1MB -Force", Token);
        var text = await File.ReadAllTextAsync(_folder["SHA256SUMS"], Token);
        Assert.StartsWith(Others, text, StringComparison.Ordinal);
        Assert.Equal(2, text[Others.Length..].Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Wildcards_in_the_name_of_a_bundle_remove_no_unfinished_files_of_others()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no wildcards in names.");
        var (others, own) = (_folder.Write(".ab-001.tar.x.partial", "of others"), _folder.Write(".a*-001.tar.x.partial", "own"));
        using var engine = new Engine { ["tar"] = _images.Write("app"), ["out"] = _folder["a*.tar"] };
        await engine.OutputAsync("Import-ImageTar $tar | Export-ImageTar -Path $out -MaximumSize 1MB", Token);
        Assert.True(File.Exists(others));
        Assert.False(File.Exists(own));
    }

    [Fact]
    public async Task A_named_pipe_as_a_file_of_results_is_an_error_and_does_not_block()
    {
        await SpecialFile.MakeAsync("named pipe", _folder["results"], Token);
        using var engine = new Engine { ["file"] = _folder.Write("sync.yml", "version: 1\nsync: []\n"), ["results"] = _folder["results"] };
        var error = (await engine.RunAsync("Sync-RegistryImage $file -ResultPath $results", Token)).SingleError();
        Assert.StartsWith("InvalidOption,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }
}
