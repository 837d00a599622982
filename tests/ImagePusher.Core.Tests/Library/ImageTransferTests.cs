using ImagePusher.Core.Archives;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Tests.Archives;
using ImagePusher.Core.Transfer;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Library;

/// <summary>Copies between every kind of endpoint by the public entry point.</summary>
public sealed class ImageTransferTests : LibraryTest
{
    [Fact]
    public async Task An_image_keeps_its_digest_from_an_archive_to_a_registry_a_cache_and_an_OCI_archive()
    {
        var pushed = await CopyAsync(ImageEndpoint.Archive(DockerArchive("app.tar", "app:1.0")), Target("team/"));
        Assert.Equal($"{Registry}/team/app:1.0", pushed.Name.ToString());
        Assert.Equal((1, 1), (pushed.Layers, pushed.Uploaded));

        var cached = await CopyAsync(Target("team/app:1.0"), ImageEndpoint.Cache(path: Folder["cache"]));
        Assert.Equal(pushed.Name, cached.Name);
        var exported = await CopyAsync(ImageEndpoint.Cache(pushed.Name.ToString(), Folder["cache"]),
            ImageEndpoint.Archive(Folder["oci.tar"]));
        var read = await CopyAsync(ImageEndpoint.Archive(Folder["oci.tar"]), ImageEndpoint.Layout(Folder["layout"], "localhost/app:2.0"));
        Assert.Equal("localhost/app:2.0", read.Name.ToString());
        Assert.All([cached, exported, read], result => Assert.Equal(pushed.Manifest.Digest, result.Manifest.Digest));

        var back = await CopyAsync(ImageEndpoint.Layout(Folder["layout"]), Target("again/app:2.0"));
        Assert.Equal(pushed.Manifest.Digest, back.Manifest.Digest);
    }

    [Fact]
    public async Task A_docker_archive_is_written_with_uncompressed_layers()
    {
        await CopyAsync(ImageEndpoint.Archive(DockerArchive("app.tar", "app:1.0")), Target(""));
        await CopyAsync(Target("app:1.0"), ImageEndpoint.Archive(Folder["docker.tar"], "app:2.0", ArchiveFormat.Docker));
        await using var written = await ImageArchive.OpenAsync(Folder["docker.tar"], null, Token);
        var image = Assert.Single(written.Images);
        Assert.Equal("docker.io/library/app:2.0", Assert.Single(image.Names).ToString());
        Assert.Equal(MediaTypes.OciLayer, Assert.Single(((ImageManifest)image.Root).Layers).MediaType);
    }

    [Fact]
    public async Task All_images_of_an_archive_are_copied_under_all_their_names()
    {
        var (one, two) = (new SampleImage(SampleImage.Bytes(1, 100)), new SampleImage(SampleImage.Bytes(2, 100)));
        var tar = new TestTar().Files(one.Files).Files(two.Files.Select(file => ("2/" + file.Name, file.Content)))
            .Json("manifest.json", new object[]
            {
                one.Entry("one:1", "one:latest"),
                new { Config = "2/" + two.ConfigName, RepoTags = new[] { "two:1" }, Layers = new[] { "2/" + two.LayerName(0) } },
            });
        var source = ImageEndpoint.Archive(Folder.Write("two.tar", tar.ToArray()));
        var error = await Assert.ThrowsAsync<InvalidOptionException>(() => CopyAsync(source, Target("")));
        Assert.Contains("docker.io/library/two:1", error.Message, StringComparison.Ordinal);

        var results = await ImageTransfer.CopyAllAsync(source, Target("all/"), cancellationToken: Token);
        Assert.Equal(["one:1", "one:latest", "two:1"],
            results.Select(result => result.Name.ToString()[$"{Registry}/all/".Length..]).Order());
        Assert.Equal($"{Registry}/x:1",
            (await CopyAsync(ImageEndpoint.Archive(Folder["two.tar"], "two:1"), Target("x:1"))).Name.ToString());
    }

    [Theory]
    [InlineData("gone.json", "layer")]
    [InlineData("config", "gone.tar")]
    [InlineData("layer", "layer")]
    public async Task An_image_that_cannot_be_read_is_reported_and_the_others_are_copied(string config, string layer)
    {
        var (good, log) = (new SampleImage(SampleImage.Bytes(1, 5_000)), new RecordingLogger());
        var tar = new TestTar().Files(good.Files).File("config", "{}"u8.ToArray()).File("layer", SampleImage.Bytes(2, 100))
            .Json("manifest.json", new object[] { new { Config = config, RepoTags = (string[])["bad:1"], Layers = (string[])[layer] },
                good.Entry("good:1") });
        var source = ImageEndpoint.Archive(Folder.Write("two.tar", tar.ToArray()));

        var error = await Assert.ThrowsAsync<CopyFailedException>(
            () => ImageTransfer.CopyAllAsync(source, Target("all/"), new CopyOptions { Logger = log }, Token));
        var failure = Assert.IsType<InvalidImageArchiveException>(Assert.Single(error.Failures));
        Assert.Contains(failure.Message, log.Warnings);
        Assert.EndsWith("all/good:1", Assert.Single(error.Results).Name.ToString(), StringComparison.Ordinal);
        var copied = await CopyAsync(source, Target("one:1"));
        Assert.Equal(copied.Manifest.Digest, (await CopyAsync(Target("all/good:1"), Target("again:1"))).Manifest.Digest);
    }

    [Fact]
    public async Task Two_images_for_one_name_conflict_before_anything_is_sent()
    {
        await CopyAsync(ImageEndpoint.Archive(DockerArchive("a.tar", "quay.io/app:1")), ImageEndpoint.Cache(path: Folder["cache"]));
        await CopyAsync(ImageEndpoint.Archive(DockerArchive("bb.tar", "ghcr.io/app:1")), ImageEndpoint.Cache(path: Folder["cache"]));
        await Assert.ThrowsAsync<DestinationConflictException>(
            () => ImageTransfer.CopyAllAsync(ImageEndpoint.Cache(path: Folder["cache"]), Target(""), cancellationToken: Token));
        await Assert.ThrowsAsync<ManifestNotFoundException>(() => CopyAsync(Target("app:1"), ImageEndpoint.Cache(path: Folder["none"])));
    }

    [Fact]
    public async Task A_plan_reports_what_would_be_sent_and_changes_nothing()
    {
        var archive = ImageEndpoint.Archive(DockerArchive("pushed-by-no-other-test.tar", "app:1.0"));
        var plan = await ImageTransfer.PlanAsync(archive, Target(""), cancellationToken: Token);
        Assert.Equal((2, false), (plan.Blobs.Count, plan.IsPublished));
        Assert.Equal(5_000, plan.BytesToEncode);
        await Assert.ThrowsAsync<ManifestNotFoundException>(() => CopyAsync(Target("app:1.0"), ImageEndpoint.Cache(path: Folder["none"])));

        await ImageTransfer.PlanAsync(archive, ImageEndpoint.Archive(Folder["new.tar"]), cancellationToken: Token);
        Assert.False(File.Exists(Folder["new.tar"]));
    }

    [Fact]
    public async Task Progress_and_log_are_reported_to_the_callers_objects()
    {
        var (log, last) = (new RecordingLogger(), new LastReport());
        await CopyAsync(
            ImageEndpoint.Archive(DockerArchive("app.tar", "app:1.0")), Target(""), new CopyOptions { Logger = log, Progress = last });
        Assert.Equal((2, 2), (last.Value!.TotalBlobs, last.Value.CompletedBlobs));
        Assert.Equal(last.Value.TotalBytes, last.Value.CompletedBytes);
        Assert.NotEmpty(log.Messages);
    }

    [Fact]
    public async Task An_existing_file_is_replaced_only_if_allowed()
    {
        var source = ImageEndpoint.Archive(DockerArchive("app.tar", "app:1.0"));
        await CopyAsync(source, ImageEndpoint.Archive(Folder["out.tar"]));
        await Assert.ThrowsAsync<DestinationConflictException>(() => CopyAsync(source, ImageEndpoint.Archive(Folder["out.tar"])));
        await CopyAsync(source, ImageEndpoint.Archive(Folder["out.tar"], overwrite: true));
    }

    private ImageEndpoint Target(string path) => ImageEndpoint.Registry(path.Length == 0 ? Registry : $"{Registry}/{path}");

    private static Task<CopyResult> CopyAsync(ImageEndpoint source, ImageEndpoint target, CopyOptions? options = null) =>
        ImageTransfer.CopyAsync(source, target, options, Token);

    private sealed class LastReport : IProgress<TransferProgress>
    {
        public TransferProgress? Value { get; private set; }

        public void Report(TransferProgress value) => Value = value;
    }
}
