using ImagePusher.Core.Archives;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>Files that are not image archives, or are damaged: each is one typed error that names the file and has a recommended
/// action.</summary>
public sealed class ArchiveValidationTests : ArchiveTestBase
{
    private readonly SampleImage _image = new(SampleImage.Bytes(1, 100));

    [Fact]
    public async Task A_path_that_does_not_exist_is_PathNotFound()
    {
        var error = await Assert.ThrowsAsync<PathNotFoundException>(() => OpenAsync(Folder["none.tar"]));
        Assert.Contains("none.tar' does not exist", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PathNotFoundException>(() => OpenAsync(Path.Combine(Folder["no"], "none.tar")));
        await Assert.ThrowsAsync<PathNotFoundException>(() => OpenAsync(""));
        await Assert.ThrowsAsync<PathNotFoundException>(() => OpenAsync("a\0b"));
    }

    [Fact]
    public async Task An_empty_file_is_rejected() =>
        Assert.Contains("the file is empty", (await RejectedAsync([])).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_file_that_is_not_a_tar_is_rejected() =>
        Assert.Contains("not a tar, gzip or zstd archive", (await RejectedAsync(SampleImage.Bytes(1, 5000))).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task A_tar_without_an_image_is_rejected()
    {
        Assert.Contains("neither the manifest.json", (await RejectedAsync(new TestTar().File("etc/passwd", "x"))).Message,
            StringComparison.Ordinal);
        Assert.Contains("neither the manifest.json", (await RejectedAsync(new TestTar())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tar_of_Docker_before_1_10_has_its_own_recommended_action() =>
        Assert.Contains("save it again", (await RejectedAsync(new TestTar().File("repositories", "{}"))).RecommendedAction,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("it is not valid JSON (line 1, column 2)", "[")]
    [InlineData("not a JSON list", "{}")]
    [InlineData("no 'Config'", "[1]")]
    [InlineData("no 'Config'", """[{"Config":3}]""")]
    [InlineData("'Layers'", """[{"Config":"c","Layers":3}]""")]
    [InlineData("'c', which manifest.json names, is missing", """[{"Config":"c"}]""")]
    [InlineData("leads out of it", """[{"Config":"../c"}]""")]
    [InlineData("no 'Config'", """[{"Config":"\ud800"}]""")]
    [InlineData("it lists no images", "[]")]
    public async Task A_wrong_manifest_json_is_rejected(string message, string json) =>
        Assert.Contains(message, (await RejectedAsync(new TestTar().File("manifest.json", json))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Deep_and_huge_manifest_json_are_rejected()
    {
        await RejectedAsync(new TestTar().File("manifest.json", new string('[', 100_000)));
        var error = await RejectedAsync<LimitExceededException>(
            new TestTar().File("manifest.json", new string(' ', 4 * 1024 * 1024) + "[]"));
        Assert.Contains("at most 4194304", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Different_counts_of_layers_and_diff_IDs_are_rejected()
    {
        var entry = new { Config = _image.ConfigName, RepoTags = new[] { "app:1" }, Layers = Array.Empty<string>() };
        var error = await RejectedAsync(new TestTar().Files(_image.Files).Json("manifest.json", new[] { entry }));
        Assert.Contains("0 layers, and its config has 1 diff IDs", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_layer_of_a_docker_archive_is_named() => Assert.Contains(
        "'0/layer.tar', which manifest.json names, is missing",
        (await RejectedAsync(new TestTar().File(_image.ConfigName, _image.Config).Json("manifest.json",
            new[] { _image.Entry("a:1") }))).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task A_config_that_is_not_JSON_is_rejected() => Assert.Contains(
        "can't be read", (await RejectedAsync(new TestTar().File("c", "x").Json("manifest.json", new[] { new { Config = "c" } }))).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("index.json can't be read", "x")]
    [InlineData("no list 'manifests'", "[]")]
    [InlineData("no list 'manifests'", "{}")]
    [InlineData("no list 'manifests'", """{"manifests":{}}""")]
    [InlineData("valid digest or size", """{"manifests":[{"digest":"sha256:1","size":1}]}""")]
    [InlineData("valid digest or size",
        """{"manifests":[{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","size":"1"}]}""")]
    [InlineData("valid digest or size",
        """{"manifests":[{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","size":1e99}]}""")]
    [InlineData("it lists no images", """{"manifests":[]}""")]
    [InlineData("it lists no images", """{"manifests":null}""")]
    public async Task A_wrong_index_json_is_rejected(string message, string json) => Assert.Contains(
        message, (await RejectedAsync(new TestTar().File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").File("index.json",
            json))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("version '2.0.0'", """{"imageLayoutVersion":"2.0.0"}""")]
    [InlineData("no 'imageLayoutVersion'", "3")]
    [InlineData("can't be read", "x")]
    public async Task A_wrong_oci_layout_is_rejected(string message, string json) => Assert.Contains(
        message, (await RejectedAsync(new TestTar().File("oci-layout", json).Json("index.json", SampleImage.Index()))).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task A_layout_without_index_json_is_rejected()
    {
        var error = await RejectedAsync(new TestTar().File("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""));
        Assert.Contains("without index.json", error.Message, StringComparison.Ordinal);
        var folder = Folder.Folder("plain");
        Assert.Contains(folder, (await Assert.ThrowsAsync<InvalidImageArchiveException>(() => OpenAsync(folder))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_of_an_unpacked_docker_archive_is_rejected_with_a_recommended_action()
    {
        var folder = Folder.Folder("save");
        Folder.Write("save/manifest.json", "[]");
        var error = await Assert.ThrowsAsync<InvalidImageArchiveException>(() => OpenAsync(folder));
        Assert.Contains("Use the tar itself", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Manifests_and_configs_that_do_not_match_their_digest_are_a_mismatch()
    {
        var manifest = _image.Manifest();
        foreach (var victim in new[] { manifest, _image.Config })
        {
            var changed = victim.ToArray();
            changed[^2] = (byte)' ';
            var tar = _image.OciTar().File($"blobs/sha256/{SampleImage.Hex(victim)}", changed);
            var error = await Assert.ThrowsAsync<DigestMismatchException>(() => OpenAsync(tar));
            Assert.Contains("app.tar", error.Message, StringComparison.Ordinal);
            Assert.Equal(SampleImage.Sha256(changed), error.Actual);
        }
    }

    [Fact]
    public async Task A_damaged_layer_is_detected_when_it_is_read()
    {
        var tar = _image.OciTar().File($"blobs/sha256/{SampleImage.Hex(_image.Layers[0])}", SampleImage.Bytes(9, 100));
        await using var archive = await OpenAsync(tar);
        var layer = ((ImageManifest)archive.Images[0].Root).Layers[0];
        var error = await Assert.ThrowsAsync<DigestMismatchException>(() => BlobOf(archive, layer).WriteToAsync(Stream.Null, 0, Stop));
        Assert.Contains("app.tar", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_blob_of_a_layout_is_listed_and_IncompleteImage_when_it_is_opened()
    {
        var tar = new TestTar().Files(_image.Blobs.Where(blob => blob.Content != _image.Layers[0]))
            .File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").Json("index.json",
                SampleImage.Index(SampleImage.Descriptor(_image.Manifest(), MediaTypes.OciManifest)));
        await using var archive = await OpenAsync(tar);
        var missing = Assert.Single(archive.Images[0].Missing);
        Assert.Equal(_image.DiffIds[0], missing.Digest.ToString());
        Assert.False(await archive.ContainsAsync(missing, Stop));
        var error = await Assert.ThrowsAsync<IncompleteImageException>(() => archive.OpenBlobAsync(missing, 0, Stop));
        Assert.Contains(_image.DiffIds[0], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_without_any_present_content_is_rejected()
    {
        var index = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
            new { schemaVersion = 2, mediaType = MediaTypes.OciIndex,
                manifests = new[] { SampleImage.Descriptor(_image.Manifest(), MediaTypes.OciManifest) } });
        var error = await RejectedAsync<IncompleteImageException>(new TestTar().File($"blobs/sha256/{SampleImage.Hex(index)}", index)
            .File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").Json("index.json",
                SampleImage.Index(SampleImage.Descriptor(index, MediaTypes.OciIndex))));
        Assert.Contains("none of them is complete", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_whose_layers_are_missing_counts_as_missing()
    {
        var other = new SampleImage(SampleImage.Bytes(2, 200));
        var index = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = MediaTypes.OciIndex,
            manifests = new[] { SampleImage.Descriptor(_image.Manifest(), MediaTypes.OciManifest),
                SampleImage.Descriptor(other.Manifest(), MediaTypes.OciManifest) },
        });
        await using var archive =
            await OpenAsync(new TestTar().Files(_image.Blobs).Files(other.Blobs.Where(blob => blob.Content != other.Layers[0]))
            .File($"blobs/sha256/{SampleImage.Hex(index)}", index)
            .File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").Json("index.json",
                SampleImage.Index(SampleImage.Descriptor(index, MediaTypes.OciIndex))));
        var missing = Assert.Single(archive.Images[0].Missing);
        Assert.Equal(SampleImage.Sha256(other.Manifest()), missing.Digest.ToString());
        Assert.False(await archive.ContainsAsync(missing, Stop));
        Assert.Equal(["linux/arm64"], archive.Images[0].Platforms.Select(platform => platform.ToString()));
    }

    [Fact]
    public async Task Manifests_beyond_the_budget_are_rejected()
    {
        var path = Folder.Write("app.tar", _image.OciTar().ToArray());
        var error = await Assert.ThrowsAsync<LimitExceededException>(
            () => ImageArchive.OpenAsync(path, new ArchiveOptions { MaximumMetadataBytes = 500 }, Stop));
        Assert.Contains("more than 500 bytes together", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_name_lists_the_images_of_the_archive()
    {
        await using var archive = await OpenAsync(_image.Tar("app:1"));
        Assert.Equal(archive.Images[0].Root.Digest, (await archive.ResolveAsync("app:1", Stop)).Digest);
        Assert.Equal(archive.Images[0].Root.Digest, (await archive.ResolveAsync(archive.Images[0].Root.Digest.ToString(), Stop)).Digest);
        var error = await Assert.ThrowsAsync<ManifestNotFoundException>(() => archive.ResolveAsync("app:2", Stop));
        Assert.Contains("docker.io/library/app:1", error.RecommendedAction, StringComparison.Ordinal);
    }
}
