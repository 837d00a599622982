using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Tests.Archives;
using ImagePusher.Core.Transfer;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Library;

/// <summary>If only some images can be copied, a caller receives the results of these images and the failures of the others.</summary>
public sealed class CopyAllTests : LibraryTest
{
    [Theory]
    [InlineData("registry")]
    [InlineData("cache")]
    [InlineData("layout")]
    [InlineData("archive")]
    [InlineData("docker archive")]
    public async Task A_failed_image_affects_only_its_own_result(string kind)
    {
        var cache = await DamagedCacheAsync("a:1", "b:1", "c:1");
        var target = kind switch
        {
            "registry" => ImageEndpoint.Registry($"{Registry}/all/"),
            "cache" => ImageEndpoint.Cache(path: Folder["copy"]),
            "layout" => ImageEndpoint.Layout(Folder["layout"]),
            "archive" => ImageEndpoint.Archive(Folder["copy.tar"]),
            _ => ImageEndpoint.Archive(Folder["copy.tar"], format: ArchiveFormat.Docker),
        };
        var error = await Assert.ThrowsAsync<CopyFailedException>(() => CopyAllAsync(ImageEndpoint.Cache(path: cache), target));

        Assert.Equal(["a", "c"], error.Results.Select(result => result.Name.Repository.Split('/')[^1]));
        var failure = Assert.IsType<DigestMismatchException>(Assert.Single(error.Failures));
        Assert.Contains("b:1", failure.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorTopic.CachedBlob, failure.Topic);
        Assert.Equal((failure, failure.Message, failure.RecommendedAction), (error.InnerException, error.Message, error.RecommendedAction));

        // They are there, and a second copy finds them; the image that failed has no name.
        foreach (var result in error.Results)
        {
            var place = kind == "registry" ? ImageEndpoint.Registry(result.Name.ToString())
                : kind == "cache" ? ImageEndpoint.Cache(result.Name.ToString(), Folder["copy"])
                : kind == "layout" ? ImageEndpoint.Layout(Folder["layout"], result.Name.ToString())
                : ImageEndpoint.Archive(Folder["copy.tar"], result.Name.ToString());
            var read = await ImageTransfer.CopyAsync(place, ImageEndpoint.Cache(path: Folder["read"]), cancellationToken: Token);
            Assert.True(kind == "docker archive" || result.Manifest.Digest == read.Manifest.Digest);
        }

        Assert.Equal(2, (await ImageCache.Open(Folder["read"]).ListAsync(Token)).Count);
        if (kind.Contains("archive", StringComparison.Ordinal))
        {
            await using var written = await ImageArchive.OpenAsync(Folder["copy.tar"], null, Token);
            Assert.Equal((2, 0), (written.Images.Count, written.Failures.Count));
        }
    }

    [Fact]
    public async Task Damage_of_an_archive_is_not_reported_as_damage_of_a_cache()
    {
        var image = new SampleImage(SampleImage.Bytes(1, 2_000));
        var tar = image.OciTar().ToArray();
        tar[tar.AsSpan().IndexOf(image.Layers[0]) + 1_000] ^= 1;
        var source = ImageEndpoint.Archive(Folder.Write("a copy of the cache.tar", tar));
        var error = await Assert.ThrowsAsync<DigestMismatchException>(
            () => ImageTransfer.CopyAsync(source, ImageEndpoint.Registry($"{Registry}/app:1"), cancellationToken: Token));
        Assert.Contains("of the cache", error.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorTopic.None, error.Topic);
    }

    [Fact]
    public async Task The_rejection_of_one_image_does_not_affect_the_others()
    {
        await using var registry = FakeRegistry.Start(
            RegistryProfile.Conformant with { RepositoriesMustExist = true }, new FakeRegistryOptions { Repositories = ["a", "c", "d"] });
        var log = new RecordingLogger();
        var error = await Assert.ThrowsAsync<CopyFailedException>(() => CopyAllAsync(
            ImageEndpoint.Archive(ArchiveOf("a:1", "b:1", "c:1", "d:1")), ImageEndpoint.Registry(registry.Address),
            new CopyOptions { Logger = log }));
        Assert.Equal(["a", "c", "d"], error.Results.Select(result => result.Name.Repository));
        var failure = Assert.IsAssignableFrom<RegistryException>(Assert.Single(error.Failures));
        Assert.Equal("NAME_UNKNOWN", failure.ErrorCode);
        Assert.Contains(failure.Message, log.Warnings);
    }

    [Fact]
    public async Task If_all_images_fail_the_failures_are_counted_and_an_archive_is_not_written()
    {
        var cache = await DamagedCacheAsync("b:1", "b:2");
        var error = await Assert.ThrowsAsync<CopyFailedException>(
            () => CopyAllAsync(ImageEndpoint.Cache(path: cache), ImageEndpoint.Archive(Folder["none.tar"])));
        Assert.Empty(error.Results);
        Assert.Equal(2, error.Failures.Count);
        Assert.StartsWith($"2 images of the cache {cache} were not copied, 0 were. The first failure: ", error.Message,
            StringComparison.Ordinal);
        Assert.False(File.Exists(Folder["none.tar"]));
    }

    [Fact]
    public async Task An_exception_of_an_object_of_the_caller_is_a_failure_of_the_image()
    {
        await using var registry = FakeRegistry.Start(
            RegistryProfile.Conformant, new FakeRegistryOptions { Users = new Dictionary<string, string> { ["user"] = "secret" } });
        await using var client = new RegistryClient(new RegistryClientOptions { CredentialProvider = new SealedVault("a") });
        var error = await Assert.ThrowsAsync<CopyFailedException>(
            () => CopyAllAsync(ImageEndpoint.Archive(ArchiveOf("a:1", "b:1")), ImageEndpoint.Registry(registry.Address, client)));
        Assert.Equal("b", Assert.Single(error.Results).Name.Repository);
        Assert.Equal("The vault is sealed.", Assert.IsType<InvalidOperationException>(Assert.Single(error.Failures)).Message);
    }

    [Fact]
    public async Task A_canceled_copy_is_canceled_and_not_failed()
    {
        using var stop = new CancellationTokenSource();
        var progress = new Progress(stop.Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ImageTransfer.CopyAllAsync(
            ImageEndpoint.Archive(ArchiveOf("a:1", "b:1")), ImageEndpoint.Registry(Registry), new CopyOptions { Progress = progress },
            stop.Token));
    }

    [Fact]
    public async Task A_source_without_images_has_no_results_and_no_archive()
    {
        Assert.Empty(await CopyAllAsync(ImageEndpoint.Cache(path: Folder["empty"]), ImageEndpoint.Archive(Folder["none.tar"])));
        Assert.False(File.Exists(Folder["none.tar"]));
    }

    private static Task<IReadOnlyList<CopyResult>> CopyAllAsync(ImageEndpoint source, ImageEndpoint target, CopyOptions? options = null) =>
        ImageTransfer.CopyAllAsync(source, target, options, Token);

    /// <summary>A docker archive of images with these names.</summary>
    private string ArchiveOf(params string[] tags)
    {
        var (tar, entries) = (new TestTar(), new List<object>());
        foreach (var (position, tag) in tags.Index())
        {
            var image = new SampleImage(SampleImage.Bytes(50 + position, 1_000));
            tar = tar.Files(image.Files.Select(file => ($"{position}/{file.Name}", file.Content)));
            entries.Add(new
            {
                Config = $"{position}/{image.ConfigName}",
                RepoTags = new[] { tag },
                Layers = new[] { $"{position}/{image.LayerName(0)}" },
            });
        }

        return Folder.Write("all.tar", tar.Json("manifest.json", entries.ToArray()).ToArray());
    }

    /// <summary>A cache of images with these names; the layers of those that are called b are damaged.</summary>
    private async Task<string> DamagedCacheAsync(params string[] tags)
    {
        var path = Folder["source"];
        await CopyAllAsync(ImageEndpoint.Archive(ArchiveOf(tags)), ImageEndpoint.Cache(path: path));
        var cache = ImageCache.Open(path);
        foreach (var tag in tags.Where(tag => tag.StartsWith('b')))
        {
            var image = Assert.IsType<ImageManifest>(await cache.ResolveAsync($"docker.io/library/{tag}", Token));
            var blob = Path.Combine(path, "blobs", "sha256", image.Layers[0].Digest.Encoded);
            var bytes = await File.ReadAllBytesAsync(blob, Token);
            bytes[bytes.Length / 2] ^= 1;
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(blob, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            await File.WriteAllBytesAsync(blob, bytes, Token);
        }

        return path;
    }

    private sealed class SealedVault(string sealedFor) : ICredentialProvider
    {
        public ValueTask<RegistryCredential?> GetCredentialAsync(
            string registry, string repository, RegistryCredential? rejected, CancellationToken cancellationToken) =>
                repository == sealedFor
            ? throw new InvalidOperationException("The vault is sealed.")
            : new ValueTask<RegistryCredential?>(new RegistryCredential("user", "secret"));
    }

    private sealed class Progress(Action report) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => report();
    }
}
