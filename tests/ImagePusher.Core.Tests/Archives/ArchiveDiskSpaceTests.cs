using ImagePusher.Core.Archives.Tar;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Archives;

public sealed class ArchiveDiskSpaceTests : ArchiveTestBase
{
    [Theory]
    [InlineData(900_000)]
    [InlineData(60_000)]
    public async Task A_tar_that_does_not_fit_is_InsufficientSpace_and_leaves_nothing(int size)
    {
        // Small content fails at the last write, large content while it is written.
        using var disk = await SmallDisk.MountAsync(Folder["disk"], "size=32k", Stop);
        var target = Path.Combine(disk.Path, "app.tar");
        await using (var tar = new TarFileWriter(target, overwrite: false))
        {
            var error = await Assert.ThrowsAsync<InsufficientSpaceException>(async () =>
            {
                await tar.AddAsync("blob", new byte[size], Stop);
                await tar.PublishAsync(Stop);
            });
            Assert.Contains(target, error.Message, StringComparison.Ordinal);
            Assert.Contains("another", error.RecommendedAction, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFileSystemEntries(disk.Path));
    }
}
