using System.Formats.Tar;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Errors;

/// <summary>Tars that can't be used: one clear error, the cache as it was, nothing named in the registry.</summary>
public sealed class BadArchiveTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private const string Import = "Import-ImageTar $tar";
    private const string Push = "Push-ImageTar $tar -Destination $registry";

    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Ways => [Import, Push];

    public static TheoryData<string, string> CutArchives
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var archive in new[] { "docker-archive.tar", "docker-archive.tar.gz", "docker-archive.tar.zst", "docker-multi.tar",
                "docker25.tar", "oci-archive.tar" })
            {
                rows.Add(archive, Import);
                rows.Add(archive, Push);
            }

            return rows;
        }
    }

    [Theory, MemberData(nameof(CutArchives))]
    public async Task Truncated_in_the_middle(string archive, string script)
    {
        var whole = await File.ReadAllBytesAsync((await ImagesFixture.GetAsync(Token))[archive], Token);
        await FailsAsync(script, whole[..(whole.Length / 2)], $"cut-{archive}", "InvalidImageArchive");
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_tar_that_is_not_an_image(string script)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile,
                "readme.txt") { DataStream = new MemoryStream("hello"u8.ToArray()) });
        }

        await FailsAsync(script, tar.ToArray(), "files.tar", "InvalidImageArchive");
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_file_that_is_not_a_tar(string script)
    {
        await FailsAsync(script, Http.RandomBytes(100_000), "noise.tar", "InvalidImageArchive");
        await FailsAsync(script, [], "nothing.tar", "InvalidImageArchive");
        await FailsAsync(script, "just a text\n"u8.ToArray(), "text.tar", "InvalidImageArchive");
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task An_unsupported_compression_is_named_with_the_command_that_decompresses_it(string script)
    {
        foreach (var (name, magic) in new[] { ("xz", "\u00FD7zXZ\0"), ("bzip2", "BZh91AY&SY") })
        {
            _images.Write("packed.tar", [.. System.Text.Encoding.Latin1.GetBytes(magic), .. Http.RandomBytes(1000)]);
            using var engine = new Engine { ["tar"] = _images["packed.tar"], ["registry"] = "localhost:1" };
            var outcome = await engine.FailsAsync(script, "UnsupportedContent", _images["packed.tar"], $"compressed with {name},");
            Assert.Contains($"{name} -d", outcome.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_folder_that_is_not_a_layout(string script)
    {
        Directory.CreateDirectory(_images["folder"]);
        await FailsAsync(script, _images["folder"], "InvalidImageArchive");
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_layer_whose_bytes_do_not_match_its_diff_ID(string script)
    {
        var (good, bad) = (LayerTar.Of("a", "good"), LayerTar.Of(("b", Http.RandomBytes(50_000))));
        await FailsAsync(script, DockerSave.Of("example.com/damaged:1", good, bad).WithDamagedLayer(bad).ToArray(), "damaged.tar",
            "DigestMismatch", isMidway: true);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_compressed_layer_whose_bytes_do_not_match_its_digest(string script)
    {
        var layout = await CopyOfLayoutAsync("damaged");
        var layer = RawManifest.OfLayout(layout, "app").Layers[0];
        var bytes = await File.ReadAllBytesAsync(RawManifest.BlobOfLayout(layout, layer), Token);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(RawManifest.BlobOfLayout(layout, layer), bytes, Token);
        await FailsAsync(script, layout, "DigestMismatch", layer, isMidway: true);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_manifest_whose_bytes_do_not_match_its_digest(string script)
    {
        var layout = await CopyOfLayoutAsync("forged");
        var manifest = RawManifest.OfLayout(layout, "app");
        var forged = manifest.Raw.ToArray();
        forged[^2] = (byte)' ';
        await File.WriteAllBytesAsync(RawManifest.BlobOfLayout(layout, manifest.Digest), forged, Token);
        await FailsAsync(script, layout, "DigestMismatch", manifest.Digest);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_docker_archive_with_a_missing_layer(string script)
    {
        var (there, gone) = (LayerTar.Of("a", "there"), LayerTar.Of("b", "gone"));
        await FailsAsync(script, DockerSave.Of("example.com/sparse:1", there, gone).WithoutLayer(gone).ToArray(), "sparse.tar",
            "InvalidImageArchive");
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_layout_with_a_missing_layer(string script)
    {
        var layout = await CopyOfLayoutAsync("sparse");
        var layer = RawManifest.OfLayout(layout, "app").Layers[0];
        File.Delete(RawManifest.BlobOfLayout(layout, layer));
        await FailsAsync(script, layout, "IncompleteImage", layer);
    }

    [Theory]
    [InlineData("Import-ImageTar $tar")]
    [InlineData("Import-ImageTar -LiteralPath $tar")]
    [InlineData("$tar | Import-ImageTar")]
    [InlineData("Push-ImageTar $tar -Destination $registry")]
    [InlineData("Push-ImageTar -LiteralPath $tar -Destination $registry")]
    [InlineData("[IO.FileInfo] $tar | Push-ImageTar -Destination $registry")]
    [InlineData("Get-ImageTar $tar")]
    public Task A_path_that_does_not_exist(string script) => FailsAsync(script, _images["missing.tar"], "PathNotFound");

    [Fact]
    public async Task A_drive_that_does_not_exist()
    {
        using var engine = new Engine();
        await engine.FailsAsync("Import-ImageTar nowhere:/app.tar", "PathNotFound", "nowhere:/app.tar");
        await engine.FailsAsync("Import-ImageTar env:/PATH", "InvalidOption", "env:/PATH");
    }

    [Theory]
    [InlineData("Import-ImageTar $tars")]
    [InlineData("$tars | Import-ImageTar")]
    [InlineData("Push-ImageTar $tars -Destination $registry")]
    [InlineData("$tars | Push-ImageTar -Destination $registry")]
    public async Task One_invalid_input_of_three_does_not_stop_the_other_two(string script)
    {
        var registry = await registries.OpenAsync(Token);
        var damaged = _images.Write("damaged.tar", [1, 2, 3]);
        using var engine = new Engine
        {
            ["tars"] = new[] { _images.Write("first"), damaged, _images.Write("third") },
            ["registry"] = registry.Address,
        };
        var outcome = await engine.RunAsync(script, Token);
        Assert.Null(outcome.Terminating);
        outcome.SingleError().Is("InvalidImageArchive", damaged);
        Assert.Equal(damaged, outcome.Errors[0].TargetObject);
        Assert.Equal(["first:1", "third:1"], outcome.Output.Select(result => ((string)((dynamic)result).Reference).Split('/')[^1]));
    }

    public void Dispose() => _images.Dispose();

    private Task FailsAsync(string script, byte[] content, string file, string id, bool isMidway = false) =>
        FailsAsync(script, _images.Write(file, content), id, isMidway: isMidway);

    private async Task FailsAsync(string script, string path, string id, string? mention = null, bool isMidway = false)
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["good"] = _images.Write("good") };
        await engine.OutputAsync("Import-ImageTar $good", Token);
        (engine["tar"], engine["registry"]) = (path, registry.Address);
        string[] mentions = mention is null ? [path] : [path, mention];
        await (isMidway ? engine.FailsMidwayAsync(script, id, mentions) : engine.FailsAsync(script, id, mentions));
        Assert.Equal(0, await registry.CountAsync("PUT", "/manifests/", Token));
        Assert.True(await engine.SingleAsync("Test-CachedImage * -Full -Quiet", Token));
    }

    private async Task<string> CopyOfLayoutAsync(string name)
    {
        var original = (await ImagesFixture.GetAsync(Token))["oci"];
        foreach (var file in Directory.EnumerateFiles(original, "*", SearchOption.AllDirectories))
        {
            _images.Write(Path.Combine(name, Path.GetRelativePath(original, file)), await File.ReadAllBytesAsync(file, Token));
        }

        // One image alone: the other would arrive, and the error would not be the only outcome.
        var index = Path.Combine(_images[name], "index.json");
        var app = RawManifest.OfLayout(original, "app");
        await File.WriteAllTextAsync(
            index,
            $$$"""
                {"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{{{app.Digest}}}",
                "size":{{{app.Raw.Length}}},"annotations":{"org.opencontainers.image.ref.name":"app"}}]}
                """,
            Token);
        return _images[name];
    }
}
