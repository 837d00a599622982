using System.Formats.Tar;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Tests.Inspection;

/// <summary>Save-ImageFile requests each layer once, and again only if links determine the written files.</summary>
public sealed class SinglePassTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The layers of images, the base first, whose files are not all where their entries say.</summary>
    public static TheoryData<string, byte[][]> Moved => new()
    {
        {
            "a link of the base moves a file of an upper layer over one of the base",
            [
                LayeredImage.Layer((TarEntryType.Directory, "usr/lib", ""), (TarEntryType.RegularFile, "usr/lib/x", "old"),
                    (TarEntryType.SymbolicLink, "lib", "usr/lib")),
                LayeredImage.Layer((TarEntryType.RegularFile, "lib/x", "new"), (TarEntryType.RegularFile, "lib/y", "y")),
            ]
        },
        {
            "a path of a layer is repeated",
            [LayeredImage.Layer((TarEntryType.RegularFile, "x", "first"), (TarEntryType.RegularFile, "y", "y"),
                (TarEntryType.RegularFile, "x", "second"))]
        },
        {
            "a file becomes a folder in its own layer",
            [LayeredImage.Layer((TarEntryType.RegularFile, "x", "file"), (TarEntryType.Directory, "x", ""),
                (TarEntryType.RegularFile, "x/y", "y"))]
        },
        {
            "a hard link keeps what an upper layer hides",
            [
                LayeredImage.Layer((TarEntryType.RegularFile, "x", "kept"), (TarEntryType.HardLink, "y", "x"),
                    (TarEntryType.RegularFile, "z", "z")),
                LayeredImage.Layer((TarEntryType.RegularFile, ".wh.x", ""), (TarEntryType.RegularFile, "z", "Z")),
            ]
        },
        {
            "an upper layer links to a file of the base",
            [LayeredImage.Layer((TarEntryType.RegularFile, "x", "x")),
                LayeredImage.Layer((TarEntryType.HardLink, "y", "x"), (TarEntryType.RegularFile, "a", "a"))]
        },
    };

    [Theory]
    [InlineData("out")]
    [InlineData("out.tar")]
    public async Task All_files_of_an_image_cost_one_request_for_each_layer(string target)
    {
        byte[][] layers =
        [
            LayeredImage.Layer(
                (TarEntryType.Directory, "etc", ""), (TarEntryType.RegularFile, "etc/os", "old"),
                (TarEntryType.RegularFile, "etc/gone", "g"),
                (TarEntryType.RegularFile, "bin", "b"), (TarEntryType.HardLink, "bin2", "bin"),
                (TarEntryType.SymbolicLink, "link", "etc/os")),
            LayeredImage.Layer((TarEntryType.Directory, "etc", ""), (TarEntryType.RegularFile, "etc/os", "new"),
                (TarEntryType.RegularFile, "etc/.wh.gone", "")),
            LayeredImage.Layer((TarEntryType.Directory, "srv", ""), (TarEntryType.RegularFile, "srv/.wh..wh..opq", ""),
                (TarEntryType.RegularFile, "srv/a", "a")),
        ];
        Assert.Equal([1, 1, 1], await SaveAsync(layers, target, ""));
    }

    [Theory]
    [InlineData("out")]
    [InlineData("out.tar")]
    public async Task A_large_selected_file_costs_one_request_for_its_layer(string target)
    {
        byte[][] layers =
        [
            LayeredImage.Layer((TarEntryType.RegularFile, "base", "b")),
            LayeredImage.Layer((TarEntryType.RegularFile, "srv/large", new string('x', 3_000_000)),
                (TarEntryType.RegularFile, "srv/other", "o")),
            LayeredImage.Layer((TarEntryType.RegularFile, "top", "t")),
        ];
        Assert.Equal([0, 1, 1], await SaveAsync(layers, target, "/srv/large", unpack: false));
        Assert.Equal(["/srv/large"],
            Saved(target).Where(file => file.Value.StartsWith("file", StringComparison.Ordinal)).Select(file => file.Key));
    }

    [Theory]
    [MemberData(nameof(Moved))]
    public async Task Links_and_later_entries_change_paths_as_in_umoci(string reason, byte[][] layers)
    {
        await SaveAsync(layers, "out", "");
        Assert.True((await SaveAsync(layers, "out.tar", "")).All(count => count is 1 or 2), reason);
    }

    [Fact]
    public async Task A_damaged_layer_leaves_nothing_in_an_existing_folder()
    {
        var layer = LayeredImage.Layer((TarEntryType.RegularFile, "a", "a"), (TarEntryType.RegularFile, "b", "b"));
        var layout = ConfiguredImage.Write(_folder["layout"], null, layer);
        layer[^1] ^= 1;
        await File.WriteAllBytesAsync(Path.Combine(layout, "blobs", "sha256",
            Directory.GetFiles(Path.Combine(layout, "blobs", "sha256")).MaxBy(file => new FileInfo(file).Length)!), layer, Token);
        Directory.CreateDirectory(_folder["out"]);
        using var engine = new Engine { ["layout"] = layout, ["out"] = _folder["out"] };
        (await engine.RunAsync("Save-ImageFile -LiteralPath $layout -Path $out", Token)).SingleError().Is("DigestMismatch");
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["out"]));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Saves files of a registry's image, compares them with the output of umoci, and returns the number of requests for each
    /// layer.</summary>
    private async Task<IReadOnlyList<int>> SaveAsync(byte[][] layers, string target, string include, bool unpack = true)
    {
        var config = $$"""
            {"os":"linux","architecture":"amd64","rootfs":{"type":"layers",
            "diff_ids":[{{string.Join(',', layers.Select(layer => $"\"{Http.DigestOf(layer)}\""))}}]} }
            """;
        var layout = ConfiguredImage.Write(_folder["layout"], config, layers);
        await using var registry = FakeRegistry.Start(RegistryProfile.Distribution);
        using var engine = new Engine { ["layout"] = layout, ["name"] = $"{registry.Address}/app:1", ["out"] = _folder[target] };
        await engine.OutputAsync("Push-ImageTar $layout -Destination $name", Token);
        var before = registry.Requests.Count;
        await engine.OutputAsync($"Save-ImageFile $name $out {include}", Token);
        if (unpack)
        {
            Assert.Equal(await ReferenceTools.UnpackAsync(layout, "example.com/configured:1", Token), Saved(target));
        }

        return [.. layers.Select(
            layer => registry.Requests.Skip(before).Count(request => request.Is("GET", "/blobs/" + Http.DigestOf(layer))))];
    }

    private SortedDictionary<string, string> Saved(string target)
    {
        if (!target.EndsWith(".tar", StringComparison.Ordinal))
        {
            return ReferenceTools.Describe(_folder[target]);
        }

        using var extracted = new TemporaryFolder();
        TarFile.ExtractToDirectory(_folder[target], extracted.FullName, overwriteFiles: false);
        return ReferenceTools.Describe(extracted.FullName);
    }
}
