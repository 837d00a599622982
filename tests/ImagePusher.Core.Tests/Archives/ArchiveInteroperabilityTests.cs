using System.Text.Json.Nodes;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>Tars that this project writes, read by skopeo, podman, umoci and Python.</summary>
public sealed class ArchiveInteroperabilityTests : ArchiveTestBase
{
    private const string App = "example.com/team/app:1.0";
    private const string Tool = "example.com/team/tool:2.0";

    [Fact]
    public async Task Skopeo_reads_every_image_of_an_OCI_tar_and_its_digest_is_kept()
    {
        var digests = await ExportAsync("oci", ArchiveFormat.Oci);
        foreach (var (name, digest) in digests)
        {
            var seen = JsonNode.Parse(
                (await ExternalTools.RunAsync("skopeo", ["inspect", $"oci-archive:{Folder["out.tar"]}:{name}"], Stop)).Output)!;
            Assert.Equal(digest.ToString(), (string?)seen["Digest"]);
            await ExternalTools.RunAsync("skopeo",
                ["--insecure-policy", "copy", $"oci-archive:{Folder["out.tar"]}:{name}", $"oci:{Folder["copy"]}:x"], Stop);
        }
    }

    [Fact]
    public async Task Skopeo_reads_every_image_of_a_docker_tar()
    {
        var digests = await ExportAsync("docker-multi.tar", ArchiveFormat.Docker);
        Assert.Equal([App, "example.com/team/app:latest", Tool], digests.Keys.Order());
        foreach (var name in digests.Keys)
        {
            var seen = JsonNode.Parse(
                (await ExternalTools.RunAsync("skopeo", ["inspect", $"docker-archive:{Folder["out.tar"]}:{name}"], Stop)).Output)!;
            Assert.Equal(name.EndsWith("2.0", StringComparison.Ordinal) ? 2 : 3, seen["Layers"]!.AsArray().Count);
            await ExternalTools.RunAsync("skopeo",
                ["--insecure-policy", "copy", $"docker-archive:{Folder["out.tar"]}:{name}", $"oci:{Folder["copy"]}:{name.Length}"], Stop);
        }

        await ExternalTools.RunAsync("umoci", ["unpack", "--rootless", "--image", $"{Folder["copy"]}:{App.Length}", Folder["files"]], Stop);
        Assert.True(File.Exists(Folder["files", "rootfs", "opt", "data", "numbers.txt"]));
    }

    [Theory]
    [InlineData("docker-multi.tar", ArchiveFormat.Docker, App, Tool)]
    [InlineData("docker25.tar", ArchiveFormat.Oci, App)]
    public async Task Podman_loads_exported_tars(string from, ArchiveFormat format, params string[] names)
    {
        await ExportAsync(from, format);
        var podman = new PodmanStore(Folder["podman"]);
        var images = await podman.LoadAsync(Folder["out.tar"], Stop);
        Assert.All(names, name => Assert.Contains(name, images));
        await using var archive = await ImageArchive.OpenAsync((await ImagesFixture.GetAsync(Stop))[from], null, Stop);
        var root = (ImageManifest)await archive.ResolveAsync(names[0], Stop);
        var config = ImageConfig.Parse(await ReadAsync(archive, root.Config));
        Assert.Equal(config.DiffIds.Select(id => id.ToString()), await podman.DiffIdsAsync(names[0], Stop));
        await podman.EmptyAsync(Stop);
    }

    [Fact]
    public async Task Skopeo_reads_an_index_with_zstd_layers_beside_it()
    {
        var digests = await ExportAsync("index", ArchiveFormat.Oci);
        var raw = (await ExternalTools.RunAsync("skopeo", ["inspect", "--raw", $"oci-archive:{Folder["out.tar"]}:{digests.Keys.Single()}"],
            Stop)).Output;
        Assert.Equal(digests.Values.Single(), Digest.Of(System.Text.Encoding.UTF8.GetBytes(raw)));
        await ExportAsync("zstd-layers", ArchiveFormat.Oci);
        await ExternalTools.RunAsync("skopeo", ["--insecure-policy", "copy", $"oci-archive:{Folder["out.tar"]}", $"oci:{Folder["copy"]}:x"],
            Stop);
    }

    [Fact]
    public async Task Python_and_tar_list_the_same_entries_as_this_project()
    {
        await ExportAsync("docker-multi.tar", ArchiveFormat.Docker);
        var python = await ExternalTools.RunAsync("python3",
            ["-I", "-c", "import sys, tarfile; print(*tarfile.open(sys.argv[1]).getnames(), sep='\\n')", Folder["out.tar"]], Stop);
        var tar = await ExternalTools.RunAsync("tar", ["-tf", Folder["out.tar"]], Stop);
        Assert.Equal(tar.Output, python.Output);
        Assert.Contains("manifest.json", python.Output.Split('\n'));
        Assert.Empty(tar.Error);
    }

    /// <summary>Writes all images of an archive into out.tar, unchanged.</summary>
    private async Task<Dictionary<string, Digest>> ExportAsync(string from, ArchiveFormat format)
    {
        var digests = new Dictionary<string, Digest>();
        await using var source = await ImageArchive.OpenAsync((await ImagesFixture.GetAsync(Stop))[from], null, Stop);
        await using var writer = ArchiveWriter.Create(Folder["out.tar"], format, overwrite: true);
        foreach (var image in source.Images)
        {
            await CopyAsync(source, image.Root, writer);
            foreach (var name in image.Names)
            {
                await writer.PublishAsync(image.Root, name, null, Stop);
                digests[name.ToString()] = image.Root.Digest;
            }
        }

        await writer.CompleteAsync(Stop);
        await using var back = await OpenAsync(Folder["out.tar"]);
        Assert.Equal(digests, back.Images.SelectMany(image => image.Names, (image, name) => (name, image.Root.Digest))
            .ToDictionary(pair => pair.name.ToString(), pair => pair.Digest));
        return digests;
    }

    private static async Task CopyAsync(ImageArchive source, Manifest manifest, ArchiveWriter writer)
    {
        foreach (var reference in manifest.References)
        {
            if (manifest is ImageIndex)
            {
                var child = await source.GetManifestAsync(reference, Stop);
                await CopyAsync(source, child, writer);
                await writer.PutManifestAsync(child, Stop);
            }
            else
            {
                await writer.WriteBlobAsync(BlobOf(source, reference), Stop);
            }
        }
    }
}
