using ImagePusher.Core.Archives;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Tests.Archives;

public sealed class ExternalArchiveTests : ArchiveTestBase
{
    [Theory]
    [InlineData("docker-archive.tar")]
    [InlineData("docker-archive.tar.gz")]
    [InlineData("docker-archive.tar.zst")]
    public async Task A_docker_archive_is_an_image_of_uncompressed_layers_named_by_diff_ID(string file)
    {
        await using var archive = await OpenMadeAsync(file);
        var image = Assert.Single(archive.Images);
        Assert.True(image.IsDockerSave);
        Assert.True(image.IsNamed);
        Assert.Equal(["example.com/team/app:1.0"], image.Names.Select(name => name.ToString()));
        Assert.Equal([new Platform("linux", "amd64")], image.Platforms);
        Assert.Empty(image.Missing);
        var manifest = Assert.IsType<ImageManifest>(image.Root);
        Assert.Equal(MediaTypes.OciManifest, manifest.MediaType);
        Assert.Equal(MediaTypes.OciConfig, manifest.Config.MediaType);
        Assert.Equal(3, manifest.Layers.Count);
        Assert.All(manifest.Layers, layer => Assert.Equal(MediaTypes.OciLayer, layer.MediaType));
        Assert.Equal(0, archive.BytesRead);
        await ReadAllAsync(archive, manifest);
        Assert.Equal(manifest.References.Sum(blob => blob.Size), archive.BytesRead);
        var config = ImageConfig.Parse(await ReadAsync(archive, manifest.Config));
        Assert.Equal(config.DiffIds, manifest.Layers.Select(layer => layer.Digest));
    }

    [Fact]
    public async Task Compressed_and_uncompressed_docker_archives_have_the_same_manifest()
    {
        await using var plain = await OpenMadeAsync("docker-archive.tar");
        await using var gzip = await OpenMadeAsync("docker-archive.tar.gz");
        await using var zstd = await OpenMadeAsync("docker-archive.tar.zst");
        Assert.Equal(plain.Images[0].Root.Digest, gzip.Images[0].Root.Digest);
        Assert.Equal(plain.Images[0].Root.Digest, zstd.Images[0].Root.Digest);
    }

    [Fact]
    public async Task Several_images_of_one_tar_keep_their_names_and_share_layers()
    {
        await using var archive = await OpenMadeAsync("docker-multi.tar");
        Assert.Equal(
            [["example.com/team/app:1.0", "example.com/team/app:latest"], ["example.com/team/tool:2.0"]],
            archive.Images.Select(image => image.Names.Select(name => name.ToString()).ToArray()));
        var (app, tool) = ((ImageManifest)archive.Images[0].Root, (ImageManifest)archive.Images[1].Root);
        Assert.Equal(app.Layers.Take(2), tool.Layers);
        await ReadAllAsync(archive, app);
        await ReadAllAsync(archive, tool);
    }

    [Fact]
    public async Task Docker_25_keeps_the_digest_of_its_index_and_the_names_of_its_manifest_json()
    {
        await using var archive = await OpenMadeAsync("docker25.tar");
        await using var layout = await OpenMadeAsync("oci");
        var image = Assert.Single(archive.Images);
        Assert.Equal((await layout.ResolveAsync("localhost/oci:app", Stop)).Digest, image.Root.Digest);
        Assert.Equal(["example.com/team/app:1.0"], image.Names.Select(name => name.ToString()));
        Assert.False(image.IsDockerSave);
        await ReadAllAsync(archive, image.Root);
    }

    [Fact]
    public async Task A_sparse_index_is_kept_and_lists_missing_content()
    {
        await using var archive = await OpenMadeAsync("docker25-sparse.tar");
        var image = Assert.Single(archive.Images);
        var index = Assert.IsType<ImageIndex>(image.Root);
        Assert.Equal(2, index.Manifests.Count);
        Assert.Equal("linux/arm64", Assert.Single(image.Missing).Platform!.ToString());
        Assert.Equal([new Platform("linux", "amd64")], image.Platforms);
        Assert.True(await archive.ContainsAsync(index.Manifests[0], Stop));
        Assert.False(await archive.ContainsAsync(index.Manifests[1], Stop));
        Assert.Equal(["example.com/team/app:1.0"], image.Names.Select(name => name.ToString()));
        var lost = await Assert.ThrowsAsync<IncompleteImageException>(() => archive.GetManifestAsync(index.Manifests[1], Stop));
        Assert.Contains("docker25-sparse.tar", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_OCI_archive_keeps_its_digest_and_is_named_after_the_file()
    {
        await using var archive = await OpenMadeAsync("oci-archive.tar", Log);
        var image = Assert.Single(archive.Images);
        Assert.Equal(["localhost/oci-archive:app"], image.Names.Select(name => name.ToString()));
        Assert.False(image.IsNamed);
        Assert.False(image.IsDockerSave);
        Assert.Contains("localhost/oci-archive:app", Assert.Single(Log.Warnings), StringComparison.Ordinal);
        Assert.Equal(0, archive.BytesRead);
        await ReadAllAsync(archive, image.Root);
    }

    [Theory]
    [InlineData("oci", "localhost/oci:app", "localhost/oci:tool")]
    [InlineData("zstd-layers", "localhost/zstd-layers:app")]
    [InlineData("index", "localhost/index:multi")]
    [InlineData("artifact", "localhost/artifact:chart", "localhost/artifact:sbom")]
    public async Task A_layout_directory_contains_everything_that_its_index_lists(string folder, params string[] names)
    {
        await using var archive = await OpenMadeAsync(folder);
        Assert.Equal(names, archive.Images.SelectMany(image => image.Names).Select(name => name.ToString()));
        foreach (var image in archive.Images)
        {
            Assert.Empty(image.Missing);
            await ReadAllAsync(archive, image.Root);
        }
    }

    [Fact]
    public async Task An_index_lists_its_platforms_without_the_attestation()
    {
        await using var archive = await OpenMadeAsync("index");
        var image = Assert.Single(archive.Images);
        Assert.Equal(["linux/amd64", "linux/arm64/v8"], image.Platforms.Select(platform => platform.ToString()));
        Assert.True(((ImageIndex)image.Root).Manifests[2].IsAttestation);
    }

    [Fact]
    public async Task An_artifact_has_no_platform_and_keeps_its_subject()
    {
        await using var archive = await OpenMadeAsync("artifact");
        Assert.All(archive.Images, image => Assert.Empty(image.Platforms));
        Assert.Equal("application/vnd.example.chart.v1", archive.Images[0].Root.ArtifactType);
        Assert.Equal(archive.Images[0].Root.Digest, archive.Images[1].Root.Subject!.Digest);
    }

    [Fact]
    public async Task Layers_are_read_in_parallel_and_from_any_offset()
    {
        await using var archive = await OpenMadeAsync("docker-archive.tar");
        var layer = ((ImageManifest)archive.Images[0].Root).Layers[0];
        var whole = await ReadAsync(archive, layer);
        await Parallel.ForAsync(0, 8, Stop, async (part, stop) =>
        {
            var offset = layer.Size * part / 8;
            await using var stream = await archive.OpenBlobAsync(layer, offset, stop);
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy, stop);
            Assert.True(copy.ToArray().AsSpan().SequenceEqual(whole.AsSpan((int)offset)));
        });
    }

    [Theory]
    [InlineData("docker-archive.tar")]
    [InlineData("docker-archive.tar.gz")]
    [InlineData("docker-archive.tar.zst")]
    public async Task Standard_input_is_copied_once_and_leaves_no_file(string file)
    {
        await using (var input = File.OpenRead((await ImagesFixture.GetAsync(Stop))[file]))
        {
            await using var archive =
                await ImageArchive.OpenAsync(input, "-", new ArchiveOptions { TemporaryDirectory = Folder.FullName }, Stop);
            Assert.Equal("example.com/team/app:1.0", archive.Images[0].Names[0].ToString());
            await ReadAllAsync(archive, archive.Images[0].Root);
        }

        Assert.Empty(Directory.GetFileSystemEntries(Folder.FullName));
    }

    private static async Task<ImageArchive> OpenMadeAsync(string file, ILogger? log = null) => await ImageArchive.OpenAsync(
        (await ImagesFixture.GetAsync(Stop))[file], new ArchiveOptions { Log = log ?? NullLogger.Instance }, Stop);
}
