using System.Text.Json.Nodes;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Cache;

/// <summary>Export-ImageTar, as podman and skopeo see its tars.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Oci")]
    [InlineData("Docker")]
    public async Task Several_images_go_into_one_tar_with_all_their_names(string format)
    {
        using var engine = new Engine
        {
            ["tars"] = new[] { (await ImagesFixture.GetAsync(Token))["docker-multi.tar"], _images.Write("small") },
            ["out"] = _folder["out.tar"],
            ["format"] = format,
        };
        await engine.OutputAsync("Import-ImageTar $tars", Token);
        var file = await engine.SingleAsync("Get-CachedImage | Export-ImageTar -Path $out -Format $format", Token);
        Assert.Equal(_folder["out.tar"], ((FileInfo)file).FullName);
        Assert.Equal(
            ["example.com/small:1", "example.com/team/app:1.0", "example.com/team/app:latest", "example.com/team/tool:2.0"],
            (await engine.OutputAsync("Get-ImageTar $out", Token)).Select(entry => (string)((dynamic)entry).Reference)
                .Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("oci", "app", "Docker")]
    [InlineData("zstd-layers", "app", "Docker")]
    [InlineData("oci", "app", "Oci")]
    public async Task Compressed_layers_load_in_podman_as_the_same_files(string layout, string image, string format)
    {
        var podman = new PodmanStore(_folder.Folder("podman"));
        using var engine = new Engine { ["layout"] = (await ImagesFixture.GetAsync(Token))[layout], ["out"] = _folder["out.tar"],
            ["name"] = $"localhost/{layout}:{image}", ["format"] = format };
        await engine.OutputAsync("$null = Import-ImageTar $layout; Export-ImageTar $name -Path $out -Format $format", Token);
        Assert.Contains($"localhost/{layout}:{image}", await podman.LoadAsync(_folder["out.tar"], Token));
        var config = JsonNode.Parse(await File.ReadAllBytesAsync(
            RawManifest.BlobOfLayout(engine.CachePath, RawManifest.OfLayout(engine.CachePath, $"localhost/{layout}:{image}").Config),
            Token))!;
        Assert.Equal(
            config["rootfs"]!["diff_ids"]!.AsArray().Select(id => (string?)id),
            await podman.DiffIdsAsync($"localhost/{layout}:{image}", Token));
        await podman.EmptyAsync(Token);
    }

    [Theory]
    [InlineData("oci")]
    [InlineData("zstd-layers")]
    [InlineData("index")]
    [InlineData("artifact")]
    [InlineData("docker-archive.tar")]
    [InlineData("docker25.tar")]
    public async Task An_exported_and_imported_OCI_tar_keeps_its_digests(string archive)
    {
        using var engine = new Engine { ["archive"] = (await ImagesFixture.GetAsync(Token))[archive], ["out"] = _folder["out.tar"] };
        var before = (await engine.OutputAsync("Import-ImageTar $archive", Token)).Select(Describe).Order(StringComparer.Ordinal).ToList();
        await engine.OutputAsync("Get-CachedImage | Export-ImageTar -Path $out; Clear-ImageCache -Confirm:$false", Token);
        var outcome = (await engine.RunAsync("Import-ImageTar $out", Token)).WithoutErrors();
        Assert.Equal(before, outcome.Output.Select(Describe).Order(StringComparer.Ordinal));
        Assert.Empty(outcome.Warnings);
        Assert.DoesNotContain(false,
            (await engine.OutputAsync("Test-CachedImage * -Full -Quiet", Token)).Select(result => (bool)result.BaseObject));
    }

    [Fact]
    public async Task An_existing_tar_is_kept_without_Force()
    {
        using var engine = await EngineAsync();
        File.WriteAllText(_folder["out.tar"], "mine");
        var outcome = await engine.FailsAsync("Export-ImageTar * -Path $out", "DestinationConflict", _folder["out.tar"]);
        Assert.Contains("-Force", outcome.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(_folder["out.tar"], Token));
        await engine.OutputAsync("Export-ImageTar * -Path $out -Force", Token);
        Assert.Equal("example.com/app:1", (await engine.SingleAsync("Get-ImageTar $out", Token)).Reference);
        Assert.Equal([_folder["out.tar"]], Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public async Task A_damaged_image_is_skipped_and_the_others_are_exported()
    {
        using var engine = await EngineAsync();
        engine["other"] = _images.Write("other");
        await engine.OutputAsync("Import-ImageTar $other", Token);
        var layer = RawManifest.BlobOfLayout(engine.CachePath, RawManifest.OfLayout(engine.CachePath, "example.com/app:1").Layers[0]);
        await File.WriteAllBytesAsync(layer, new byte[new FileInfo(layer).Length], Token);
        var outcome = await engine.RunAsync("Export-ImageTar * -Path $out", Token);
        outcome.SingleError().Is("DigestMismatch", Path.GetFileName(layer));
        Assert.Single(outcome.Output);
        Assert.Equal("example.com/other:1", (await engine.SingleAsync("Get-ImageTar $out", Token)).Reference);
        await engine.OutputAsync("Clear-ImageCache -Confirm:$false; Import-ImageTar $out", Token);
        Assert.True(await engine.SingleAsync("Test-CachedImage * -Full -Quiet", Token));
    }

    [Fact]
    public async Task Content_that_a_docker_archive_cannot_contain_is_rejected_with_a_recommended_action()
    {
        using var engine = new Engine { ["layout"] = (await ImagesFixture.GetAsync(Token))["artifact"], ["out"] = _folder["out.tar"] };
        var outcome = await engine.RunAsync("$null = Import-ImageTar $layout; Export-ImageTar *:chart -Path $out -Format Docker", Token);
        outcome.SingleError().Is("UnsupportedContent", "artifact");
        Assert.Contains("-Format Oci", outcome.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.FullName));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _images.Dispose();
    }

    private static string Describe(System.Management.Automation.PSObject image) =>
        $"{((dynamic)image.BaseObject).Reference} {((dynamic)image.BaseObject).Digest}";

    private async Task<Engine> EngineAsync()
    {
        var engine = new Engine { ["tar"] = _images.Write("app"), ["out"] = _folder["out.tar"] };
        await engine.OutputAsync("Import-ImageTar $tar", Token);
        return engine;
    }
}
