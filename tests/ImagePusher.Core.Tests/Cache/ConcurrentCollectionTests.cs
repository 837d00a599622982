using ImagePusher.Core.Cache;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>Saves of images that share layers, while other tasks remove images and collect garbage of any age.</summary>
[Trait("Wine", "The whole process stops under Wine, also a timer that does not use the cache.")]
public sealed class ConcurrentCollectionTests : CacheTest
{
    private const int Names = 6;
    private const int Layers = 8;
    private const int Steps = 40;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_saved_image_is_complete_despite_concurrent_removals_and_collections(int seed)
    {
        await Cache.InitializeAsync(Token);
        var (saved, changes) = (new bool[Names], new int[Names]);

        // Each name has one writer, which determines its expected existence; the caches belong to different processes.
        var writers = Enumerable.Range(0, Names)
            .Select(number => Task.Run(() => WriteAsync(number, new Random((seed * 100) + number), saved, changes), Token)).ToArray();
        var ended = Task.WhenAll(writers);
        await Task.WhenAll(
            ended, CollectAsync(TimeSpan.FromDays(-1), changes, ended), CollectAsync(TimeSpan.Zero, changes, ended),
            ReadAsync(changes, ended));
        var names = LayoutCheck.Run(Root);
        Assert.Equal(
            Enumerable.Range(0, Names).Where(number => saved[number]).Select(NameOf).Order(StringComparer.Ordinal),
            names.Keys.Order(StringComparer.Ordinal));

        // No removed content remains.
        await Cache.CollectGarbageAsync(gracePeriod: TimeSpan.FromDays(-1), cancellationToken: Token);
        Assert.Equal(names, LayoutCheck.Run(Root));
        Assert.Empty(PartialFiles);
    }

    private static string NameOf(int number) => $"example.com/app:{number}";

    // A number of changes is odd while one is made.
    private async Task WriteAsync(int number, Random random, bool[] saved, int[] changes)
    {
        var cache = ImageCache.Open(Root);
        for (var step = 0; step < Steps; step++)
        {
            Interlocked.Increment(ref changes[number]);
            try
            {
                if (saved[number] && random.Next(3) == 0)
                {
                    Assert.True(await cache.RemoveAsync((await cache.FindAsync(NameOf(number), Token))!, Token));
                    saved[number] = false;
                }
                else
                {
                    var layers = Enumerable.Range(0, 1 + random.Next(4)).Select(_ => Layer(random.Next(Layers))).ToArray();
                    await MemoryImage.Create(layers).SaveAsync(cache, NameOf(number), cancellationToken: Token);
                    saved[number] = true;
                }
            }
            catch (IncompleteImageException)
            {
                // A layer that no image named yet was collected, although it was new: the image is not published, the old one stays.
            }

            Interlocked.Increment(ref changes[number]);
        }
    }

    // Again after every change: two that only collect would keep the writers from the lock.
    private async Task CollectAsync(TimeSpan grace, int[] changes, Task ended)
    {
        var cache = ImageCache.Open(Root);
        for (var seen = -1; !ended.IsCompleted;)
        {
            if (changes.Sum() is var count && count != seen)
            {
                seen = count;
                await cache.CollectGarbageAsync(gracePeriod: grace, cancellationToken: Token);
            }
            else
            {
                await Task.Yield();
            }
        }
    }

    // An image that is not changed while it is verified is whole.
    private async Task ReadAsync(int[] changes, Task ended)
    {
        var cache = ImageCache.Open(Root);
        for (var number = 0; !ended.IsCompleted; number = (number + 1) % Names)
        {
            var before = Volatile.Read(ref changes[number]);
            if (before % 2 == 0 && await cache.FindAsync(NameOf(number), Token) is { } entry)
            {
                var report = await cache.VerifyAsync(entry, full: true, Token);
                Assert.True(report.IsIntact || Volatile.Read(ref changes[number]) != before,
                    $"{entry.Name} lacks {string.Join(", ", report.Missing)}");
            }
        }
    }

    private static byte[] Layer(int number) => MemoryImage.RandomBytes(new Random(number), 20_000 * (number + 1));
}
