using System.Formats.Tar;
using System.Text.RegularExpressions;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Tests.Inspection;

/// <summary>Get-ImageFile and Save-ImageFile see the file tree that umoci unpacks, read only what they need, and never leave their
/// folder.</summary>
public sealed class ImageFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("app")]
    [InlineData("base")]
    public async Task Saved_files_and_listed_files_are_those_that_umoci_unpacks(string name)
    {
        var layout = await LayeredImage.MakeAsync(_folder["made"], Token);
        var expected = await ReferenceTools.UnpackAsync(layout, name, Token);
        using var engine = new Engine { ["layout"] = layout, ["name"] = $"*:{name}", ["out"] = _folder["out"],
            ["tar"] = _folder["out.tar"] };
        var listed = await engine.OutputAsync("Get-ImageFile -Path $layout -Image $name", Token);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal),
            listed.Select(file => (string)file.Properties["Path"].Value).Order(StringComparer.Ordinal));
        await engine.OutputAsync(
            "Save-ImageFile -LiteralPath $layout -Image $name -Path $out; Save-ImageFile -LiteralPath $layout -Image $name -Path $tar",
            Token);
        Assert.Equal(expected, ReferenceTools.Describe(_folder["out"]));
        Directory.CreateDirectory(_folder["extracted"]);
        await ExternalTools.RunAsync("tar", ["-xpf", _folder["out.tar"], "-C", _folder["extracted"]], Token);
        Assert.Equal(expected, ReferenceTools.Describe(_folder["extracted"]));
    }

    [Theory]
    [InlineData("oci")]
    [InlineData("zstd-layers")]
    [InlineData("docker-archive.tar")]
    [InlineData("docker-archive.tar.gz")]
    public async Task Layers_are_read_with_any_compression(string fixture)
    {
        var images = await ImagesFixture.GetAsync(Token);
        var expected = await ReferenceTools.UnpackAsync(images["oci"], "app", Token);
        using var engine = new Engine { ["path"] = images[fixture], ["image"] = fixture == "oci" ? "*:app" : "*",
            ["out"] = _folder["out"] };
        await engine.OutputAsync("Save-ImageFile -LiteralPath $path -Image $image -Path $out", Token);
        Assert.Equal(expected, ReferenceTools.Describe(_folder["out"]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    public async Task A_damaged_layer_of_the_cache_is_reported_as_such_and_not_as_another_format(int position)
    {
        var layer = LayeredImage.Layer((TarEntryType.RegularFile, "etc/os", new string('x', 2000)));
        using var engine = new Engine { ["layout"] = ConfiguredImage.Write(_folder["layout"], null, layer), ["cache"] = _folder["cache"] };
        await engine.OutputAsync("$null = Import-ImageTar $layout -CachePath $cache", Token);
        var blob = Directory.GetFiles(Path.Combine(_folder["cache"], "blobs", "sha256")).MaxBy(file => new FileInfo(file).Length)!;
        var bytes = await File.ReadAllBytesAsync(blob, Token);
        bytes[position] ^= 0xff;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(blob, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await File.WriteAllBytesAsync(blob, bytes, Token);
        var error = (await engine.RunAsync("Get-ImageFile * -CachePath $cache", Token)).SingleError();
        error.Is("DigestMismatch");
        Assert.Contains("Repair-CachedImage", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("out")]
    [InlineData("out.tar")]
    public async Task A_pattern_that_matches_no_file_is_an_error_and_nothing_is_written(string name)
    {
        var layout = await LayeredImage.MakeAsync(_folder["made"], Token);
        using var engine = new Engine { ["layout"] = layout, ["out"] = _folder[name] };
        (await engine.RunAsync("Save-ImageFile -LiteralPath $layout -Image *:app -Path $out -Include '*.none'", Token)).SingleError()
            .Is("PathNotFound", "*.none");
        Assert.False(Path.Exists(_folder[name]));
    }

    [Fact]
    public async Task Only_the_layers_that_are_needed_are_requested()
    {
        byte[][] layers =
        [
            LayeredImage.Layer((TarEntryType.RegularFile, "etc/base", "base"), (TarEntryType.RegularFile, "etc/os", "old"),
                (TarEntryType.RegularFile, "etc/gone", "g")),
            LayeredImage.Layer((TarEntryType.RegularFile, "etc/os", "middle")),
            LayeredImage.Layer((TarEntryType.RegularFile, "etc/.wh.gone", ""), (TarEntryType.RegularFile, "etc/top", "top")),
        ];
        await using var registry = FakeRegistry.Start(RegistryProfile.Distribution);
        using var engine = new Engine { ["layout"] = ConfiguredImage.Write(_folder["layout"], null, layers),
            ["name"] = $"{registry.Address}/app:1", ["out"] = _folder["out"] };
        await engine.OutputAsync("Push-ImageTar $layout -Destination $name", Token);
        foreach (var (path, expected) in new[] { ("/etc/top", new[] { 2 }), ("/etc/os", [2, 1]), ("/etc/gone", [2]),
            ("/etc/base", [2, 1, 0]) })
        {
            var before = registry.Requests.Count;
            var outcome = await engine.RunAsync($"Get-ImageFile $name {path}; Save-ImageFile $name $out/{path[5..]} {path}", Token);
            var requested = registry.Requests.Skip(before).Where(request => request.Is("GET", "/blobs/"))
                .Select(request => Array.FindIndex(layers, layer => request.Path.EndsWith(Http.DigestOf(layer), StringComparison.Ordinal)));

            // Once for the list and once for the file, which is kept while its layer is read.
            Assert.Equal([.. expected, .. expected], requested.Where(layer => layer >= 0));
            Assert.Equal(path == "/etc/gone" ? 2 : 0, outcome.AllErrors.Count);
        }

        Assert.Equal("middle", await File.ReadAllTextAsync(_folder["out/os/etc/os"], Token));
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("folder.tar")]
    public async Task Entries_that_lead_out_are_rejected_by_name_and_their_neighbors_are_written(string target)
    {
        var layer = LayeredImage.Layer(
            (TarEntryType.RegularFile, "../evil", "x"), (TarEntryType.RegularFile, "/abs", "x"),
            (TarEntryType.RegularFile, "d/../../up", "x"),
            (TarEntryType.SymbolicLink, "out", "../../etc"), (TarEntryType.SymbolicLink, "p/q/root", "../.."),
            (TarEntryType.SymbolicLink, "p/step", "q/root/../../etc"),
            (TarEntryType.HardLink, "hard", "nothing"), (TarEntryType.CharacterDevice, "dev", ""), (TarEntryType.Fifo, "fifo", ""),
            (TarEntryType.RegularFile, "good\u001b[31m", "good"), (TarEntryType.SymbolicLink, "p/in", "/good"),
            (TarEntryType.RegularFile, "p/last", "last"));
        using var engine = new Engine { ["layout"] = ConfiguredImage.Write(_folder["layout"], null, layer),
            ["out"] = _folder[$"deep/{target}"] };
        Directory.CreateDirectory(_folder["deep"]);
        var outcome = await engine.RunAsync("Save-ImageFile -LiteralPath $layout -Path $out", Token);
        Assert.Empty(outcome.AllErrors);
        foreach (var name in new[] { "evil", "abs", "up", "out", "step", "hard", "dev", "fifo" })
        {
            Assert.Single(outcome.Warnings, warning => Regex.IsMatch(warning, $"'/(p/)?{name}'"));
        }

        Assert.All(outcome.Warnings, warning => Assert.DoesNotContain('\u001b', warning));
        Assert.Equal([target], Directory.EnumerateFileSystemEntries(_folder["deep"]).Select(Path.GetFileName));
        if (target == "folder")
        {
            Assert.Equal(["/good\u001b[31m", "/p", "/p/in", "/p/last", "/p/q", "/p/q/root"],
                ReferenceTools.Describe(_folder["deep/folder"]).Keys.Order(StringComparer.Ordinal));
            Assert.Equal("../good", new FileInfo(_folder["deep/folder/p/in"]).LinkTarget);
        }
    }

    [Fact]
    public async Task An_existing_link_of_the_target_is_not_followed()
    {
        var layer = LayeredImage.Layer((TarEntryType.RegularFile, "link/file", "x"), (TarEntryType.RegularFile, "other", "y"));
        Directory.CreateDirectory(_folder["out"]);
        Directory.CreateDirectory(_folder["outside"]);
        File.CreateSymbolicLink(_folder["out/link"], _folder["outside"]);
        using var engine = new Engine { ["layout"] = ConfiguredImage.Write(_folder["layout"], null, layer), ["out"] = _folder["out"] };
        var outcome = await engine.RunAsync("Save-ImageFile -LiteralPath $layout -Path $out -Force", Token);
        Assert.Empty(outcome.AllErrors);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["outside"]));
        Assert.Equal("y", await File.ReadAllTextAsync(_folder["out/other"], Token));
    }

    [Fact]
    public async Task WhatIf_writes_nothing_and_an_existing_target_is_kept_without_Force()
    {
        using var engine = new Engine { ["layout"] = ConfiguredImage.Write(_folder["layout"]), ["out"] = _folder["out"],
            ["tar"] = _folder["out.tar"] };
        await engine.OutputAsync(
            "Save-ImageFile -LiteralPath $layout -Path $out -WhatIf; Save-ImageFile -LiteralPath $layout -Path $tar -WhatIf", Token);
        Assert.False(Directory.Exists(_folder["out"]) || File.Exists(_folder["out.tar"]));
        await File.WriteAllTextAsync(_folder["out.tar"], "mine", Token);
        foreach (var options in new[] { "", "-NoClobber", "-Force -NoClobber" })
        {
            var outcome = await engine.RunAsync($"Save-ImageFile -LiteralPath $layout -Path $tar {options}", Token);
            Assert.StartsWith("DestinationConflict", Assert.Single(outcome.AllErrors).FullyQualifiedErrorId, StringComparison.Ordinal);
        }

        Assert.Equal("mine", await File.ReadAllTextAsync(_folder["out.tar"], Token));
        await engine.OutputAsync("Save-ImageFile -LiteralPath $layout -Path $tar -Include /bin/app -Force", Token);
        await using var tar = new TarReader(File.OpenRead(_folder["out.tar"]));
        Assert.Equal("bin/app", (await tar.GetNextEntryAsync(cancellationToken: Token))!.Name);
        Assert.Null(await tar.GetNextEntryAsync(cancellationToken: Token));
    }

    [Fact]
    public async Task Content_that_is_not_a_layer_is_UnsupportedContent_and_a_changed_one_is_DigestMismatch()
    {
        var layout = ConfiguredImage.Write(_folder["layout"], null, Http.RandomBytes(5000));
        using var engine = new Engine { ["layout"] = layout, ["artifact"] = (await ImagesFixture.GetAsync(Token))["artifact"],
            ["other"] = ConfiguredImage.Write(_folder["other"]) };
        var failed = await engine.RunAsync("Get-ImageFile -Path $layout; Get-ImageFile -Path $artifact -Image '*chart'", Token);
        Assert.Equal(["UnsupportedContent", "UnsupportedContent"],
            failed.AllErrors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
        var blob = _folder[$"other/blobs/sha256/{Http.DigestOf(ConfiguredImage.Layer).Split(':')[1]}"];
        var bytes = await File.ReadAllBytesAsync(blob, Token);
        bytes[512] ^= 1;
        await File.WriteAllBytesAsync(blob, bytes, Token);
        engine["out"] = _folder["out"];
        var changed = await engine.RunAsync("Save-ImageFile -LiteralPath $other -Path $out", Token);
        Assert.StartsWith("DigestMismatch", Assert.Single(changed.AllErrors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    public void Dispose() => _folder.Dispose();
}
