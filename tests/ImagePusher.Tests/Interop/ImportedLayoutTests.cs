using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Interop;

/// <summary>The cache is an OCI layout that other tools read.</summary>
public sealed class ImportedLayoutTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("example.com/team/app:1.0", "app")]
    [InlineData("example.com/team/app:latest", "app")]
    [InlineData("example.com/team/tool:2.0", "tool")]
    public async Task Skopeo_and_umoci_read_imported_images(string name, string original)
    {
        var images = await ImagesFixture.GetAsync(Token);
        using var engine = new Engine { ["tar"] = images["docker-multi.tar"] };
        Assert.Equal(3, (await engine.OutputAsync("Import-ImageTar $tar", Token)).Count);

        var files = await OriginalFiles.OfAsync(original, Token);
        Assert.Equal(files, await ReferenceTools.UnpackAsync(engine.CachePath, name, Token));
        using var folder = new TemporaryFolder();
        await ReferenceTools.CopyAsync($"oci:{engine.CachePath}:{name}", folder["copy"], "back", Token);
        Assert.Equal(RawManifest.OfLayout(engine.CachePath, name).Digest, RawManifest.OfLayout(folder["copy"], "back").Digest);
        Assert.Equal(files, await ReferenceTools.UnpackAsync(folder["copy"], "back", Token));
    }
}
