namespace ImagePusher.TestSupport.Tests;

public sealed class ImagesFixtureTests
{
    [Fact]
    public async Task Every_kind_of_archive_exists_and_is_generated_once()
    {
        var images = await ImagesFixture.GetAsync(TestContext.Current.CancellationToken);
        string[] files = ["oci-archive.tar", "docker-archive.tar", "docker-archive.tar.gz", "docker-archive.tar.zst", "docker-multi.tar",
            "docker25.tar", "docker25-sparse.tar"];
        Assert.All(files, file => Assert.True(new FileInfo(images[file]).Length > 1000, file));
        Assert.All(["oci", "zstd-layers", "index", "artifact"],
            folder => Assert.True(File.Exists(Path.Combine(images[folder], "oci-layout")), folder));
        Assert.Equal(images.Folder, (await ImagesFixture.GetAsync(TestContext.Current.CancellationToken)).Folder);
        Assert.Throws<FileNotFoundException>(() => images["no-such-thing"]);
    }
}
