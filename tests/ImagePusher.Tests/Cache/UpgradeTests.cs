using System.Formats.Tar;
using System.IO.Compression;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Cache;

/// <summary>A cache that version 0.1.0 wrote, with the state that it kept in the layout, is used without a loss.</summary>
public sealed class UpgradeTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private static readonly string[] Names =
    [
        "docker.io/library/tool:latest", "example.com/team/app:1.0", "example.com/team/app:1.1", "example.com/team/app:1.1-sbom",
        "example.com/team/app:2.0",
    ];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_images_of_a_cache_of_version_0_1_are_listed_verified_and_pushed()
    {
        var cache = _folder.Folder("cache").ToString();
        await using (var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Fixtures", "cache-0.1.0.tar.gz")))
        await using (var tar = new GZipStream(file, CompressionMode.Decompress))
        {
            await TarFile.ExtractToDirectoryAsync(tar, cache, overwriteFiles: false, Token);
        }

        var index = await File.ReadAllBytesAsync(Path.Combine(cache, "index.json"), Token);
        var blobs = BlobsOf(cache);
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine(cache) { ["registry"] = registry.Address };
        Assert.Equal(Names, (await engine.OutputAsync("Get-CachedImage | Sort-Object Reference | ForEach-Object Reference", Token)).Select(
            name => (string)name.BaseObject));
        Assert.Equal(Names.Length, await IntactAsync(engine));
        var pushed = await engine.OutputAsync("Get-CachedImage | Push-CachedImage -Destination $registry/upgraded/", Token);
        var digests = await engine.OutputAsync("Get-CachedImage | ForEach-Object Digest", Token);
        Assert.Equal(digests.Select(digest => (string)digest.BaseObject), pushed.Select(result => (string)((dynamic)result).Digest));
        // Both platforms of the index are in the registry, not only the one of this machine.
        var manifests = await engine.OutputAsync("(Get-RegistryManifest $registry/upgraded/team/app:1.1).Manifests.Platform", Token);
        Assert.Equal(["linux/amd64", "linux/arm64"], manifests.Select(platform => (string)platform.BaseObject));
        Assert.Equal(index, await File.ReadAllBytesAsync(Path.Combine(cache, "index.json"), Token));

        // The state that was in the layout goes, the images stay.
        Assert.True(Directory.Exists(Path.Combine(cache, ".imagepusher", "encodings")));
        await engine.OutputAsync("Optimize-ImageCache", Token);
        Assert.False(Directory.Exists(Path.Combine(cache, ".imagepusher", "encodings")));
        Assert.False(Directory.Exists(Path.Combine(cache, ".imagepusher", "uploads")));
        Assert.Equal(Names.Length, await IntactAsync(engine));
        Assert.Equal(blobs, BlobsOf(cache));
    }

    private static async Task<int> IntactAsync(Engine engine) =>
        (await engine.OutputAsync("Test-CachedImage * -Full -Quiet", Token)).Count(result => (bool)result.BaseObject);

    private static string[] BlobsOf(string cache) =>
        [.. Directory.GetFiles(Path.Combine(cache, "blobs", "sha256")).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];

    public void Dispose() => _folder.Dispose();
}
