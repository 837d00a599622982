using ImagePusher.Core.Archives;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>The names that images have when they come from an archive.</summary>
public sealed class ArchiveNameTests : ArchiveTestBase
{
    private readonly SampleImage _image = new(SampleImage.Bytes(1, 100));
    private readonly SampleImage _other = new(SampleImage.Bytes(2, 100));

    [Fact]
    public async Task An_image_without_RepoTags_is_named_after_the_file_with_a_warning()
    {
        await using var archive = await OpenAsync(_image.Tar(null), "My App_v1.tar");
        Assert.Equal(["localhost/my-app_v1:latest"], NamesOf(archive));
        Assert.False(archive.Images[0].IsNamed);
        Assert.Contains("localhost/my-app_v1:latest", Assert.Single(Log.Warnings), StringComparison.Ordinal);
        await using var none = await OpenAsync(_image.Tar("<none>:<none>"), "x.tar");
        Assert.Equal(["localhost/x:latest"], NamesOf(none));
    }

    [Fact]
    public async Task RepoTags_are_normalized_and_named_once()
    {
        await using var archive = await OpenAsync(_image.Tar("nginx", "docker.io/library/nginx:latest", "localhost:5000/a/b:1"));
        Assert.Equal(["docker.io/library/nginx:latest", "localhost:5000/a/b:1"], NamesOf(archive));
        Assert.True(archive.Images[0].IsNamed);
        Assert.Empty(Log.Warnings);
    }

    [Fact]
    public async Task A_tag_that_is_not_a_reference_is_ignored_with_a_warning()
    {
        await using var archive = await OpenAsync(_image.Tar("UPPER:1", "app:1"));
        Assert.Equal(["docker.io/library/app:1"], NamesOf(archive));
        Assert.Contains("'UPPER:1'", Assert.Single(Log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thousand_invalid_tags_cause_six_warnings()
    {
        await using var archive = await OpenAsync(_image.Tar([.. Enumerable.Range(0, 1000).Select(i => $"UPPER:{i}"), "app:1"]));
        Assert.Equal(6, Log.Warnings.Count);
        Assert.Contains("995 more", Log.Warnings[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("aux.json", "CON/layer.tar")]
    [InlineData("nul", "com1.tar")]
    [InlineData("config.json.", "layer.tar ")]
    [InlineData("config:stream", "C:/layer.tar")]
    [InlineData("con/prn:aux", "lpt9/.../layer")]
    public async Task Entries_with_names_that_Windows_reserves_are_read(string config, string layer)
    {
        await using var archive = await OpenAsync(new TestTar().File(config, _image.Config).File(layer, _image.Layers[0])
            .Json("manifest.json", new[] { new { Config = config, RepoTags = (string[])["example.com/con/aux:nul"],
                Layers = (string[])[layer] } }));
        Assert.Equal(["example.com/con/aux:nul"], NamesOf(archive));
        Assert.Empty(archive.Images[0].Missing);
        Assert.Empty(archive.Failures);
    }

    [Fact]
    public async Task A_name_of_two_images_is_assigned_to_the_later_one()
    {
        await using var archive =
            await OpenAsync(new TestTar().Files(_image.Files).File("other", _other.Config).File("layer", _other.Layers[0])
            .Json("manifest.json", new[] { _image.Entry("app:1", "app:2"),
                new { Config = "other", RepoTags = (string[])["app:1"], Layers = (string[])["layer"] } }));
        Assert.Equal(["docker.io/library/app:2"], archive.Images[0].Names.Select(name => name.ToString()));
        Assert.Equal(["docker.io/library/app:1"], archive.Images[1].Names.Select(name => name.ToString()));
        Assert.Contains("the later one", Assert.Single(Log.Warnings), StringComparison.Ordinal);
        Assert.Equal(archive.Images[1].Root.Digest, (await archive.ResolveAsync("app:1", Stop)).Digest);
    }

    [Theory]
    [InlineData("docker.io/library/a:1", "docker.io/library/a:1", "whatever")]
    [InlineData("example.com/a:2", null, "example.com/a:2")]
    [InlineData("docker.io/library/a:3", null, "a:3")]
    [InlineData("localhost/app:1.0", null, "1.0")]
    [InlineData("localhost/app:latest", null, "no tag")]
    [InlineData("localhost/app:latest", null, null)]
    public async Task Names_in_a_layout_come_from_containerd_then_ref_name_then_the_file(string expected, string? containerd,
        string? refName)
    {
        var annotations = new Dictionary<string, string>();
        if (containerd is not null)
        {
            annotations[AnnotationKeys.ContainerdImageName] = containerd;
        }

        if (refName is not null)
        {
            annotations[AnnotationKeys.RefName] = refName;
        }

        await using var archive = await OpenAsync(_image.OciTar(annotations), "app.oci.tar");
        Assert.Equal([expected], NamesOf(archive));
        Assert.Equal(expected.StartsWith("localhost", StringComparison.Ordinal), !archive.Images[0].IsNamed);
        Assert.Equal(expected.StartsWith("localhost", StringComparison.Ordinal) ? 1 : 0, Log.Warnings.Count);
    }

    [Fact]
    public async Task One_digest_under_several_names_is_one_image()
    {
        var manifest = _image.Manifest();
        await using var archive =
            await OpenAsync(new TestTar().Files(_image.Blobs).File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").Json(
            "index.json", SampleImage.Index(Named("b:1"), Named("a:1"), Named("tag"),
                SampleImage.Descriptor(manifest, MediaTypes.OciManifest))));
        Assert.Single(archive.Images);
        Assert.Equal(["docker.io/library/b:1", "docker.io/library/a:1", "localhost/app:tag"], NamesOf(archive));

        Dictionary<string, object> Named(string name) =>
            SampleImage.Descriptor(manifest, MediaTypes.OciManifest, new() { [AnnotationKeys.RefName] = name });
    }

    [Fact]
    public async Task Unnamed_images_of_one_archive_have_different_names()
    {
        await using var archive =
            await OpenAsync(new TestTar().Files(_image.Blobs).Files(_other.Blobs).File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""")
                .Json(
            "index.json", SampleImage.Index(SampleImage.Descriptor(_image.Manifest(), MediaTypes.OciManifest),
                SampleImage.Descriptor(_other.Manifest(), MediaTypes.OciManifest))));
        Assert.Equal(["localhost/app:latest", $"localhost/app@{SampleImage.Sha256(_other.Manifest())}"], NamesOf(archive));
        Assert.Contains("2 images", Assert.Single(Log.Warnings), StringComparison.Ordinal);
    }

    [Trait("Wine", "Windows does not let the test change a file that a reader holds.")]
    [Fact]
    public async Task A_digest_in_a_name_is_used_only_if_the_image_has_it()
    {
        var digest = SampleImage.Sha256(_image.Manifest());
        await using var own = await OpenAsync(_image.OciTar(new() { [AnnotationKeys.RefName] = "example.com/a@" + digest }));
        Assert.Equal(["example.com/a@" + digest], NamesOf(own));
        await using var other =
            await OpenAsync(_image.OciTar(new() { [AnnotationKeys.RefName] = "example.com/a:1@sha256:" + new string('0', 64) }));
        Assert.Equal(["example.com/a:1"], NamesOf(other));
    }

    [Fact]
    public async Task An_archive_of_Docker_25_with_uncompressed_layers_keeps_its_manifest_and_may_be_rewritten()
    {
        var manifest = _image.Manifest();
        var tar = _image.OciTar(
            new() { [AnnotationKeys.RefName] = "1", [AnnotationKeys.ContainerdImageName] = "docker.io/library/other:1" })
            .Json("manifest.json", new[]
        {
            new { Config = $"blobs/sha256/{SampleImage.Hex(_image.Config)}", RepoTags = (string[])["app:1"],
                Layers = (string[])[$"blobs/sha256/{SampleImage.Hex(_image.Layers[0])}"] },
        });
        await using var archive = await OpenAsync(tar);
        Assert.Equal(SampleImage.Sha256(manifest), archive.Images[0].Root.Digest.ToString());
        Assert.True(archive.Images[0].IsDockerSave);
        Assert.Equal(["docker.io/library/app:1"], NamesOf(archive));
        await using var layout = await OpenAsync(_image.OciTar(), "layout.tar");
        Assert.False(layout.Images[0].IsDockerSave);
    }

    [Fact]
    public async Task Two_tags_of_docker_25_refer_to_the_manifests_of_the_index()
    {
        // One image is listed itself and in an index: both have its config.
        var manifest = _image.Manifest();
        var index = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
            new { schemaVersion = 2, mediaType = MediaTypes.OciIndex,
                manifests = new[] { SampleImage.Descriptor(manifest, MediaTypes.OciManifest) } });
        var config = $"blobs/sha256/{SampleImage.Hex(_image.Config)}";
        await using var archive = await OpenAsync(new TestTar().Files(_image.Blobs).File($"blobs/sha256/{SampleImage.Hex(index)}", index)
            .File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""")
            .Json("index.json", SampleImage.Index(
                SampleImage.Descriptor(index, MediaTypes.OciIndex,
                    new() { [AnnotationKeys.ContainerdImageName] = "docker.io/library/app:multi" }),
                SampleImage.Descriptor(manifest, MediaTypes.OciManifest,
                    new() { [AnnotationKeys.ContainerdImageName] = "docker.io/library/app:single" })))
            .Json("manifest.json", new[] { new { Config = config, RepoTags = (string[])["app:multi"] },
                new { Config = config, RepoTags = (string[])["app:single"] } }));
        Assert.Equal((SampleImage.Sha256(index), "docker.io/library/app:multi"),
            (archive.Images[0].Root.Digest.ToString(), archive.Images[0].Names.Single().ToString()));
        Assert.Equal((SampleImage.Sha256(manifest), "docker.io/library/app:single"),
            (archive.Images[1].Root.Digest.ToString(), archive.Images[1].Names.Single().ToString()));
    }

    [Theory]
    [InlineData("app.tar", "app")]
    [InlineData("/x/y/app-1.0.tar.gz", "app-1.0")]
    [InlineData("APP.TAR.ZST", "app")]
    [InlineData("app.tgz", "app")]
    [InlineData("layout/", "layout")]
    [InlineData("a  b__c..d.tar", "a-b_c.d")]
    [InlineData("-", "image")]
    [InlineData(".tar", "tar")]
    [InlineData("ümläut-.tar", "ml-ut")]
    [InlineData("standard input", "standard-input")]
    public void A_file_name_becomes_a_repository(string file, string repository)
    {
        Assert.Equal(repository, ImageNaming.RepositoryOf(file));
        Assert.Equal($"localhost/{repository}:latest", ImageReference.Parse($"localhost/{repository}").ToString());
    }
}
