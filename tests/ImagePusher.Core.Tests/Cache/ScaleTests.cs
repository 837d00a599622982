using System.Diagnostics;
using System.Globalization;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Tests.Archives;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>
/// Many images in one cache: 10,000 in the long form, 1,000 in the short one, otherwise the number in IMAGEPUSHER_TEST_SCALE. Times are
/// reported; only values that do not depend on the machine are asserted: memory and allocated bytes.
/// </summary>
[Collection(MeasuredAlone.Name)]
public sealed class ScaleTests : CacheTest
{
    private static readonly int Count =
        int.TryParse(Environment.GetEnvironmentVariable("IMAGEPUSHER_TEST_SCALE"), NumberStyles.None, CultureInfo.InvariantCulture,
            out var count) ? Math.Max(count, 1_000)
        : ExternalTools.LongForm ? 10_000
        : 1_000;

    [Fact]
    public async Task Many_images_are_listed_added_to_and_collected_in_bounded_memory()
    {
        await MakeAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await TimeAsync("list", async () => Assert.Equal(Count, (await ImageCache.Open(Root).ListAsync(Token)).Count));
        IReadOnlyList<ImageDetails> details = [];
        await TimeAsync("list with details", async () => details = await Cache.InspectAllAsync(await Cache.ListAsync(Token), Token));
        Assert.All(details, one => Assert.True(one.IsComplete));
        var live = (GC.GetTotalMemory(forceFullCollection: true) - before) >> 20;
        TestContext.Current.TestOutputHelper!.WriteLine($"{Count} images, in memory with all details: {live} MB");
        GC.KeepAlive(details);

        var adds = new List<TimeSpan>();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        for (var number = 0; number < 21; number++)
        {
            var image = Image(Count + number);
            adds.Add(await TimeAsync(null, () => image.SaveAsync(Cache, $"example.com/new:{number}", cancellationToken: Token)));
        }

        allocated = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / adds.Count;
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{Count} images, add one: median {adds.Order().ElementAt(10).TotalMilliseconds:0.0} ms, slowest "
                + $"{adds.Max().TotalMilliseconds:0.0} ms, {allocated / 1e6:0.0} MB allocated");
        await Task.WhenAll((await Cache.ListAsync(Token)).Take(100).Select(entry => Cache.RemoveAsync(entry, Token)));
        await TimeAsync("collect garbage", async () =>
            Assert.Equal(300, (await Cache.CollectGarbageAsync(TimeSpan.Zero, cancellationToken: Token)).Blobs));
        Assert.Equal(Count + 21 - 100, (await ImageCache.Open(Root).ListAsync(Token)).Count);

        using var process = Process.GetCurrentProcess();
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{Count} images, index.json: {new FileInfo(IndexFile).Length / 1e6:0.0} MB, peak of the whole process: "
                + $"{process.PeakWorkingSet64 >> 20} MB");
        if (Count <= 10_000)
        {
            Assert.True(live < 120, $"{live} MB stay in memory");
        }

        // One new index and little more: what is not touched is copied, not parsed and serialized again.
        Assert.InRange(allocated, 0, (4 * new FileInfo(IndexFile).Length) + 1_000_000);
    }

    private static MemoryImage Image(int number) =>
        MemoryImage.Create(BitConverter.GetBytes(number), BitConverter.GetBytes(-1 - (number % 50)));

    private static async Task<TimeSpan> TimeAsync(string? what, Func<Task> work)
    {
        var clock = Stopwatch.StartNew();
        await work();
        if (what is not null)
        {
            TestContext.Current.TestOutputHelper!.WriteLine($"{Count} images, {what}: {clock.Elapsed.TotalMilliseconds:0.0} ms");
        }

        return clock.Elapsed;
    }

    // As the cache would write it, without a flush for each of the files.
    private async Task MakeAsync()
    {
        var blobs = Directory.CreateDirectory(Path.Combine(Root, "blobs", "sha256")).FullName;
        await File.WriteAllTextAsync(Path.Combine(Root, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""", Token);
        var entries = new List<CacheEntry>();
        for (var number = 0; number < Count; number++)
        {
            var image = Image(number);
            foreach (var (digest, bytes) in image.Blobs.Append(new(image.Manifest.Digest, image.Manifest.Raw.ToArray())))
            {
                await File.WriteAllBytesAsync(Path.Combine(blobs, digest.Encoded), bytes, Token);
            }

            entries.Add(CacheEntry.Create(image.Manifest, $"registry.example.com/team/application-{number}:1.{number}", null,
                DateTimeOffset.UtcNow));
        }

        await File.WriteAllBytesAsync(IndexFile, LayoutIndex.Empty.With([], [.. entries.Select(entry => entry.Descriptor)]).Raw, Token);
    }
}
