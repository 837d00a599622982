using System.Diagnostics;
using ImagePusher.Core;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.State;
using ImagePusher.Core.Transfer;
using Microsoft.Extensions.Logging;

namespace ImagePusher.CrashWorker;

/// <summary>
/// Random operations on separate names. A line before a step states the possible change of a name, and a line after it its completion: the
/// lines determine the expected content of the cache after a kill at any time.
/// </summary>
internal sealed class WorkerLoop(string path, string owner, string[] tars, int seed, TimeSpan grace) : ILogger
{
    private const int Names = 12;
    private const int Layers = 30;

    private readonly Random _random = new(seed);
    private readonly TransferState _state = new(path + ".state");

    public async Task RunAsync(TimeSpan duration)
    {
        var cache = ImageCache.Open(path, new CacheOptions { GracePeriod = grace, Log = this });
        Console.WriteLine("ready");
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < duration;)
        {
            var name = $"example.com/{owner}/app:{_random.Next(Names)}";
            switch (_random.Next(20))
            {
                case < 10:
                    await SaveAsync(cache, name);
                    break;
                case < 14:
                    await ImportAsync(cache, name);
                    break;
                case < 18:
                    await RemoveAsync(cache, name);
                    break;
                default:
                    var report = await cache.CollectGarbageAsync(cancellationToken: CancellationToken.None);
                    Console.WriteLine($"collected {report.Blobs}");
                    break;
            }
        }

        Console.WriteLine("end");
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (formatter(state, exception).Contains("resumed at", StringComparison.Ordinal))
        {
            Console.WriteLine("resumed");
        }
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    private async Task SaveAsync(ImageCache cache, string name)
    {
        var number = _random.Next(40);
        var image = new WorkerImage(number, [.. Enumerable.Range(0, 1 + _random.Next(4)).Select(_ => _random.Next(Layers)).Distinct()]);
        Console.WriteLine($"saving {name} {image.Manifest.Digest}");
        await UntilDoneAsync(() => image.SaveAsync(cache, name));
        Console.WriteLine($"saved {name} {image.Manifest.Digest}");
    }

    // The same work as Import-ImageTar: the layers are compressed in transit, and the cache stores the resulting digests.
    private async Task ImportAsync(ImageCache cache, string name)
    {
        await using var archive = await ImageArchive.OpenAsync(tars[_random.Next(tars.Length)], null, CancellationToken.None);
        using var limits = new TransferSlots();
        var selection = new ImageSelection(archive, archive.Images[0].Root);
        CopyResult? result = null;
        Console.WriteLine($"importing {name}");
        await UntilDoneAsync(async () => result = await new ImageCopier(limits, _state.Encodings).CopyAsync(
            selection, cache, ImageReference.Parse(name), new CopyOptions { Logger = this }, new CopyMonitor(), CancellationToken.None));
        Console.WriteLine($"saved {name} {result!.Manifest.Digest}");
    }

    private static async Task UntilDoneAsync(Func<Task> save)
    {
        while (true)
        {
            try
            {
                await save();
                return;
            }
            catch (IncompleteImageException)
            {
                // Another process collected a blob, because the save took longer than the (short) grace period.
                Console.WriteLine("again");
            }
        }
    }

    private static async Task RemoveAsync(ImageCache cache, string name)
    {
        if (await cache.FindAsync(name, CancellationToken.None) is { } entry)
        {
            Console.WriteLine($"removing {name}");
            await cache.RemoveAsync(entry, CancellationToken.None);
            Console.WriteLine($"removed {name}");
        }
    }
}
