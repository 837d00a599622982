using ImagePusher.Core.Cache;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Cache;

public sealed class CacheInitializationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Processes_that_create_the_same_cache_at_once_do_not_reject_each_others_folder()
    {
        var rounds = ExternalTools.LongForm ? 500 : 50;
        for (var round = 0; round < rounds; round++)
        {
            using var folder = new TemporaryFolder();
            using var start = new Barrier(8);
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    var cache = ImageCache.Open(folder["cache"]);
                    start.SignalAndWait(Token);
                    return cache.InitializeAsync(Token);
                },
                Token,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).Unwrap()));
            Assert.Empty(LayoutCheck.Run(folder["cache"]));
        }
    }
}
