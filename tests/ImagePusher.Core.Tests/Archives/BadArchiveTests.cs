using ImagePusher.Core.Archives;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>Files that are no image archives, or broken ones: each gives one typed error that names the file and a recommended action.</summary>
public sealed class BadArchiveTests : ArchiveTest
{
    private readonly TestSave _image = new(TestSave.Bytes(1, 100));

    [Fact]
    public async Task A_path_that_does_not_exist_says_so()
    {
        var error = await Assert.ThrowsAsync<PathNotFoundException>(() => OpenAsync(Folder["none.tar"]));
        Assert.Contains("none.tar' does not exist", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PathNotFoundException>(() => OpenAsync(Path.Combine(Folder["no"], "none.tar")));
        await Assert.ThrowsAsync<PathNotFoundException>(() => OpenAsync(""));
        await Assert.ThrowsAsync<PathNotFoundException>(() => OpenAsync("a\0b"));
    }

    [Fact]
    public async Task An_empty_file_says_so() => Assert.Contains("the file is empty", (await RefusedAsync([])).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_file_that_is_no_tar_says_so() =>
        Assert.Contains("not a tar, gzip or zstd archive", (await RefusedAsync(TestSave.Bytes(1, 5000))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_tar_of_something_else_says_so()
    {
        Assert.Contains("neither the manifest.json", (await RefusedAsync(new TestTar().File("etc/passwd", "x"))).Message, StringComparison.Ordinal);
        Assert.Contains("neither the manifest.json", (await RefusedAsync(new TestTar())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tar_of_docker_before_1_10_gets_a_cure_of_its_own() =>
        Assert.Contains("save it again", (await RefusedAsync(new TestTar().File("repositories", "{}"))).RecommendedAction, StringComparison.Ordinal);

    [Theory]
    [InlineData("it is not JSON", "[")]
    [InlineData("not a JSON list", "{}")]
    [InlineData("no 'Config'", "[1]")]
    [InlineData("no 'Config'", """[{"Config":3}]""")]
    [InlineData("'Layers'", """[{"Config":"c","Layers":3}]""")]
    [InlineData("'c', which manifest.json names, is missing", """[{"Config":"c"}]""")]
    [InlineData("leads out of it", """[{"Config":"../c"}]""")]
    [InlineData("not JSON", """[{"Config":"\ud800"}]""")]
    [InlineData("it lists no images", "[]")]
    public async Task A_wrong_manifest_json_is_refused(string message, string json) =>
        Assert.Contains(message, (await RefusedAsync(new TestTar().File("manifest.json", json))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Deep_and_huge_manifest_json_are_refused()
    {
        await RefusedAsync(new TestTar().File("manifest.json", new string('[', 100_000)));
        var error = await RefusedAsync<LimitExceededException>(new TestTar().File("manifest.json", new string(' ', 4 * 1024 * 1024) + "[]"));
        Assert.Contains("at most 4194304", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_count_of_layers_other_than_of_diff_IDs_is_refused()
    {
        var entry = new { Config = _image.ConfigName, RepoTags = new[] { "app:1" }, Layers = Array.Empty<string>() };
        var error = await RefusedAsync(new TestTar().Files(_image.Files).Json("manifest.json", new[] { entry }));
        Assert.Contains("0 layers, and its config has 1 diff IDs", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_layer_of_a_docker_save_is_named() => Assert.Contains(
        "'0/layer.tar', which manifest.json names, is missing",
        (await RefusedAsync(new TestTar().File(_image.ConfigName, _image.Config).Json("manifest.json", new[] { _image.Entry("a:1") }))).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task A_config_that_is_no_JSON_is_refused() => Assert.Contains(
        "can't be read", (await RefusedAsync(new TestTar().File("c", "x").Json("manifest.json", new[] { new { Config = "c" } }))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("index.json can't be read", "x")]
    [InlineData("no list 'manifests'", "[]")]
    [InlineData("no list 'manifests'", "{}")]
    [InlineData("no list 'manifests'", """{"manifests":{}}""")]
    [InlineData("valid digest or size", """{"manifests":[{"digest":"sha256:1","size":1}]}""")]
    [InlineData("valid digest or size", """{"manifests":[{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","size":"1"}]}""")]
    [InlineData("valid digest or size", """{"manifests":[{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","size":1e99}]}""")]
    [InlineData("it lists no images", """{"manifests":[]}""")]
    [InlineData("it lists no images", """{"manifests":null}""")]
    public async Task A_wrong_index_json_is_refused(string message, string json) => Assert.Contains(
        message, (await RefusedAsync(new TestTar().File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").File("index.json", json))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("version '2.0.0'", """{"imageLayoutVersion":"2.0.0"}""")]
    [InlineData("version ''", "3")]
    [InlineData("can't be read", "x")]
    public async Task A_wrong_oci_layout_is_refused(string message, string json) => Assert.Contains(
        message, (await RefusedAsync(new TestTar().File("oci-layout", json).Json("index.json", TestSave.Index()))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_layout_without_index_json_is_refused()
    {
        var error = await RefusedAsync(new TestTar().File("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""));
        Assert.Contains("without index.json", error.Message, StringComparison.Ordinal);
        var folder = Folder.Folder("plain");
        Assert.Contains(folder, (await Assert.ThrowsAsync<InvalidImageArchiveException>(() => OpenAsync(folder))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_an_unpacked_docker_save_is_refused_with_a_cure()
    {
        var folder = Folder.Folder("save");
        Folder.Write("save/manifest.json", "[]");
        var error = await Assert.ThrowsAsync<InvalidImageArchiveException>(() => OpenAsync(folder));
        Assert.Contains("Use the tar itself", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Manifests_and_configs_with_other_bytes_than_their_digest_are_a_mismatch()
    {
        var manifest = _image.Manifest();
        foreach (var victim in new[] { manifest, _image.Config })
        {
            var changed = victim.ToArray();
            changed[^2] = (byte)' ';
            var tar = _image.OciTar().File($"blobs/sha256/{TestSave.Hex(victim)}", changed);
            var error = await Assert.ThrowsAsync<DigestMismatchException>(() => OpenAsync(tar));
            Assert.Contains("app.tar", error.Message, StringComparison.Ordinal);
            Assert.Equal(TestSave.Sha256(changed), error.Actual);
        }
    }

    [Fact]
    public async Task A_layer_with_other_bytes_opens_and_is_found_when_it_is_read()
    {
        var tar = _image.OciTar().File($"blobs/sha256/{TestSave.Hex(_image.Layers[0])}", TestSave.Bytes(9, 100));
        await using var archive = await OpenAsync(tar);
        var layer = ((ImageManifest)archive.Images[0].Root).Layers[0];
        var error = await Assert.ThrowsAsync<DigestMismatchException>(() => BlobOf(archive, layer).WriteToAsync(Stream.Null, 0, Stop));
        Assert.Contains("app.tar", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_blob_of_a_layout_is_listed_and_a_typed_error_when_it_is_opened()
    {
        var tar = new TestTar().Files(_image.Blobs.Where(blob => blob.Content != _image.Layers[0]))
            .File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").Json("index.json", TestSave.Index(TestSave.Descriptor(_image.Manifest(), MediaTypes.OciManifest)));
        await using var archive = await OpenAsync(tar);
        var missing = Assert.Single(archive.Images[0].Missing);
        Assert.Equal(_image.DiffIds[0], missing.Digest.ToString());
        Assert.False(await archive.ContainsAsync(missing, Stop));
        var error = await Assert.ThrowsAsync<IncompleteImageException>(() => archive.OpenBlobAsync(missing, 0, Stop));
        Assert.Contains(_image.DiffIds[0], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_of_which_nothing_is_there_is_refused()
    {
        var index = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
            new { schemaVersion = 2, mediaType = MediaTypes.OciIndex, manifests = new[] { TestSave.Descriptor(_image.Manifest(), MediaTypes.OciManifest) } });
        var error = await RefusedAsync<IncompleteImageException>(new TestTar().File($"blobs/sha256/{TestSave.Hex(index)}", index)
            .File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").Json("index.json", TestSave.Index(TestSave.Descriptor(index, MediaTypes.OciIndex))));
        Assert.Contains("none of them is complete", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_whose_layers_are_missing_counts_as_missing()
    {
        var other = new TestSave(TestSave.Bytes(2, 200));
        var index = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = MediaTypes.OciIndex,
            manifests = new[] { TestSave.Descriptor(_image.Manifest(), MediaTypes.OciManifest), TestSave.Descriptor(other.Manifest(), MediaTypes.OciManifest) },
        });
        await using var archive = await OpenAsync(new TestTar().Files(_image.Blobs).Files(other.Blobs.Where(blob => blob.Content != other.Layers[0]))
            .File($"blobs/sha256/{TestSave.Hex(index)}", index)
            .File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").Json("index.json", TestSave.Index(TestSave.Descriptor(index, MediaTypes.OciIndex))));
        var missing = Assert.Single(archive.Images[0].Missing);
        Assert.Equal(TestSave.Sha256(other.Manifest()), missing.Digest.ToString());
        Assert.False(await archive.ContainsAsync(missing, Stop));
        Assert.Equal(["linux/arm64"], archive.Images[0].Platforms.Select(platform => platform.ToString()));
    }

    [Fact]
    public async Task Manifests_beyond_the_budget_are_refused()
    {
        var path = Folder.Write("app.tar", _image.OciTar().ToArray());
        var error = await Assert.ThrowsAsync<LimitExceededException>(() => ImageArchive.OpenAsync(path, new ArchiveOptions { MaximumMetadataBytes = 500 }, Stop));
        Assert.Contains("more than 500 bytes together", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_name_lists_what_is_there()
    {
        await using var archive = await OpenAsync(_image.Tar("app:1"));
        Assert.Equal(archive.Images[0].Root.Digest, (await archive.ResolveAsync("app:1", Stop)).Digest);
        Assert.Equal(archive.Images[0].Root.Digest, (await archive.ResolveAsync(archive.Images[0].Root.Digest.ToString(), Stop)).Digest);
        var error = await Assert.ThrowsAsync<ManifestNotFoundException>(() => archive.ResolveAsync("app:2", Stop));
        Assert.Contains("docker.io/library/app:1", error.RecommendedAction, StringComparison.Ordinal);
    }
}
