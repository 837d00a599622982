using System.Formats.Tar;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Inspection;

/// <summary>Save-ImageFile writes nothing through links of its target, and Get-ImageFile outlives layers that are made to exhaust
/// it.</summary>
public sealed class HostileImageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a", "b")]
    [InlineData("b", "a")]
    [InlineData("d/a", "d/b")]
    public async Task A_second_hard_link_replaces_a_link_of_the_target_and_does_not_write_through_it(string name, string link)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        var outside = _folder.Write("outside", "precious");
        var before = File.GetLastWriteTimeUtc(outside);
        Directory.CreateDirectory(_folder["out/d"]);
        File.CreateSymbolicLink(_folder[$"out/{link}"], outside);
        File.CreateSymbolicLink(_folder[$"out/{name}"], outside);
        var outcome = await SaveAsync((TarEntryType.RegularFile, name, "evil"), (TarEntryType.HardLink, link, name));
        Assert.Empty(outcome.Warnings);
        Assert.Equal("precious", await File.ReadAllTextAsync(outside, Token));
        Assert.Equal(before, File.GetLastWriteTimeUtc(outside));
        Assert.Equal("evil", await File.ReadAllTextAsync(_folder[$"out/{link}"], Token));
        Assert.Null(new FileInfo(_folder[$"out/{link}"]).LinkTarget);
    }

    [Theory]
    [InlineData("out")]
    [InlineData("out.tar")]
    public async Task A_symbolic_link_without_a_target_is_skipped_and_its_neighbors_are_written(string target)
    {
        var tar = LayeredImage.Layer((TarEntryType.SymbolicLink, "nowhere", "x"), (TarEntryType.RegularFile, "file", "text"));
        RemoveTarget(tar);
        using var engine = new Engine { ["layout"] = ConfiguredImage.Write(_folder["layout"], null, tar), ["out"] = _folder[target] };
        var outcome = await engine.RunAsync("Save-ImageFile -LiteralPath $layout -Path $out", Token);
        Assert.Empty(outcome.AllErrors);
        Assert.Contains("without a target", Assert.Single(outcome.Warnings), StringComparison.Ordinal);
        Assert.True(Path.Exists(_folder[target == "out" ? "out/file" : target]));
    }

    [Fact]
    public async Task Names_that_are_longer_than_a_path_may_be_are_not_kept()
    {
        using var buffer = new MemoryStream();
        await using (var writer = new TarWriter(buffer, TarEntryFormat.Pax, leaveOpen: true))
        {
            var part = new string('n', 200) + "/";
            for (var number = 0; number < 100; number++)
            {
                await writer.WriteEntryAsync(
                    new PaxTarEntry(TarEntryType.SymbolicLink, string.Concat(Enumerable.Repeat(part, 1000)) + number)
                    {
                        LinkName = string.Concat(Enumerable.Repeat(part, 1000)),
                    }, Token);
            }

            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "file"), Token);
        }

        using var engine = new Engine { ["layout"] = ConfiguredImage.Write(_folder["layout"], null, buffer.ToArray()) };
        var outcome = await engine.RunAsync("Get-ImageFile -Path $layout", Token);
        Assert.Equal("/file", Assert.Single(outcome.Output).Properties["Path"].Value);
        Assert.Equal(51, outcome.Warnings.Count);
        Assert.All(outcome.Warnings, warning => Assert.InRange(warning.Length, 1, 500));
    }

    // The link's name is at byte 157 of its header, and the checksum at 148.
    private static void RemoveTarget(byte[] tar)
    {
        tar[157] = 0;
        tar.AsSpan(148, 8).Fill((byte)' ');
        var sum = tar.AsSpan(0, 512).ToArray().Sum(value => value);
        System.Text.Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ").CopyTo(tar, 148);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<Outcome> SaveAsync(params (TarEntryType Type, string Name, string Content)[] entries)
    {
        using var engine = new Engine { ["layout"] = ConfiguredImage.Write(_folder["layout"], null, LayeredImage.Layer(entries)),
            ["out"] = _folder["out"] };
        return (await engine.RunAsync("Save-ImageFile -LiteralPath $layout -Path $out -Force", Token)).WithoutErrors();
    }
}
