using ImagePusher.Core.Cache;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Cache;

public sealed class PreparationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Workers_that_prepare_one_new_folder_at_once_do_not_take_it_for_a_folder_of_other_things()
    {
        var rounds = ExternalTools.LongForm ? 500 : 50;
        for (var round = 0; round < rounds; round++)
        {
            using var folder = new TemporaryFolder();
            using var start = new Barrier(8);
            await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Factory.StartNew(
                () =>
                {
                    var cache = ImageCache.Open(folder["cache"]);
                    start.SignalAndWait(Token);
                    return cache.Uploads.SaveAsync(new UploadSession($"upload {number}", "/v2/", 0, 0, DateTimeOffset.UtcNow), Token).AsTask();
                },
                Token,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).Unwrap()));
            Assert.Equal(8, Directory.GetFiles(folder["cache", ".imagepusher", "uploads"]).Length);
        }
    }
}
