using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>The manifest.json of a docker archive is read as leniently as docker reads it.</summary>
public sealed class DockerManifestTests : ArchiveTestBase
{
    private readonly SampleImage _image = new(SampleImage.Bytes(1, 3000));

    [Theory]
    [InlineData("""[{"config":"CONFIG","repoTags":["app:1"],"layers":["0/layer.tar"]}]""")] // Jib before 2.3.
    [InlineData("""[{"CONFIG":"CONFIG","REPOTAGS":["app:1"],"LAYERS":["0/layer.tar"]}]""")]
    [InlineData("""[{"Config":"other","config":"CONFIG","RepoTags":["app:1"],"Layers":["0/layer.tar"]}]""")]
    [InlineData("""[{"Config":"CONFIG","RepoTags":["app:1"],"Layers":["0/layer.tar"],"Parent":"x","Extra":{"\ud800":1}}]""")]
    [InlineData("""[{"Config":"CONFIG","RepoTags":[null,3,"app:1"],"Layers":["0/layer.tar"]}]""")]
    [InlineData("""[{"Config":"CONFIG","RepoTags":["app:1"],"Layers":["0/layer.tar"]}] trailing""")]
    [InlineData("\ufeff" + """[{"Config":"CONFIG","RepoTags":["app:1"],"Layers":["0/layer.tar"]}]""")]
    public async Task A_manifest_json_that_docker_reads_is_read(string json)
    {
        await using var archive = await OpenAsync(Tar(json));
        Assert.Equal(["docker.io/library/app:1"], NamesOf(archive));
        await ReadAllAsync(archive, archive.Images[0].Root);
    }

    [Theory]
    [InlineData("""[{"Config":"CONFIG","Layers":["0/layer.tar"]}]""")]
    [InlineData("""[{"Config":"CONFIG","RepoTags":null,"Layers":["0/layer.tar"]}]""")]
    [InlineData("""[{"Config":"CONFIG","RepoTags":"app:1","Layers":["0/layer.tar"]}]""")]
    public async Task An_image_without_tags_is_named_after_the_file(string json)
    {
        await using var archive = await OpenAsync(Tar(json));
        Assert.Equal(["localhost/app:latest"], NamesOf(archive));
    }

    [Fact]
    public async Task An_invalid_image_does_not_make_its_neighbor_unreadable()
    {
        await using var archive = await OpenAsync(Tar(
            """
                [{"Config":"gone.json","RepoTags":["bad:1"],"Layers":[]},{"Config":"CONFIG","RepoTags":["app:1"],
                "Layers":["0/layer.tar"]}]
                """));
        Assert.Equal(["docker.io/library/app:1"], NamesOf(archive));
        Assert.Contains("'gone.json'", Assert.Single(archive.Failures).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null", "no 'Config'")]
    [InlineData("{}", "no 'Config'")]
    [InlineData("""{"Config":3,"RepoTags":["bad:1"]}""", "no 'Config'")]
    [InlineData("""{"Config":"gone.json","RepoTags":["bad:1"],"Layers":["a",null]}""", "not a list of paths")]
    [InlineData("""{"Config":"gone.json","RepoTags":["bad:1"],"Layers":[""],"LayerSources":{"DIFFID":{"size":1}}}""",
        "lacks a valid digest")]
    [InlineData("""{"Config":"gone.json","RepoTags":["bad:1"],"Layers":[""],"LayerSources":{"DIFFID":{"size":1,"digest":"sha384:00"}}}""",
        "sha384")]
    public async Task An_invalid_entry_does_not_make_its_neighbor_unreadable(string entry, string reason)
    {
        entry = entry.Replace("DIFFID", _image.DiffIds[0], StringComparison.Ordinal);
        await using var archive =
            await OpenAsync(Tar($$"""[{{entry}},{"Config":"CONFIG","RepoTags":["app:1"],"Layers":["0/layer.tar"]}]"""));
        Assert.Equal(["docker.io/library/app:1"], NamesOf(archive));
        Assert.Contains(reason, Assert.Single(archive.Failures).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip")]
    [InlineData("application/vnd.docker.image.rootfs.foreign.diff.tar", "application/vnd.oci.image.layer.nondistributable.v1.tar")]
    [InlineData("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
        "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd")]
    public async Task A_foreign_layer_of_a_Windows_image_keeps_its_descriptor(string mediaType, string expected)
    {
        var foreign = "sha256:" + new string('d', 64);
        var source = new { mediaType, size = 103153235, digest = foreign, urls = new[] { "https://example.com/base" } };
        var entry = new Dictionary<string, object>
        {
            ["Config"] = _image.ConfigName,
            ["RepoTags"] = new[] { "app:1" },
            ["Layers"] = new[] { "0/layer.tar" },
            ["LayerSources"] = new Dictionary<string, object> { [_image.DiffIds[0]] = source },
        };
        await using var archive =
            await OpenAsync(new TestTar().File(_image.ConfigName, _image.Config).Json("manifest.json", new[] { entry }));
        var layer = Assert.Single(((ImageManifest)archive.Images[0].Root).Layers);
        Assert.Equal((expected, foreign, 103153235L), (layer.MediaType, layer.Digest.ToString(), layer.Size));
        Assert.Equal(["https://example.com/base"], layer.Urls);
        Assert.True(MediaTypes.IsForeign(layer.MediaType));
        Assert.Equal([_image.ConfigName[..64]], archive.Images[0].Root.References.Select(blob => blob.Digest.Encoded));
    }

    [Theory]
    [InlineData("xz", new byte[] { 0xFD, 0x37, 0x7A, 0x58, 0x5A, 0 })]
    [InlineData("bzip2", new byte[] { 0x42, 0x5A, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59 })]
    [InlineData("lz4", new byte[] { 4, 0x22, 0x4D, 0x18 })]
    public async Task The_compression_of_a_layer_that_cannot_be_decompressed_is_named(string compression, byte[] magic)
    {
        var error = await RejectedAsync<UnsupportedContentException>(
            _image.Tar("app:1").File("0/layer.tar", [.. magic, .. new byte[600]]));
        Assert.Contains($"'0/layer.tar' of", error.Message, StringComparison.Ordinal);
        Assert.Contains($"compressed with {compression},", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layer_of_skippable_and_zstd_frames_is_a_zstd_layer()
    {
        using var compressor = new ZstdSharp.Compressor(1);
        byte[] layer = [0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4, .. compressor.Wrap(_image.Layers[0])];
        await using var archive = await OpenAsync(_image.Tar("app:1").File("0/layer.tar", layer));
        Assert.Equal(MediaTypes.OciLayerZstd, Assert.Single(((ImageManifest)archive.Images[0].Root).Layers).MediaType);
    }

    private TestTar Tar(string json) => new TestTar().Files(_image.Files)
        .File("manifest.json", json.Replace("CONFIG\"", _image.ConfigName + "\"", StringComparison.Ordinal)
            .Replace($"\"{_image.ConfigName}\":", "\"CONFIG\":", StringComparison.Ordinal));
}
