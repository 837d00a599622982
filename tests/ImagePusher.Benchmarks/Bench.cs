using ImagePusher.Benchmarks.Jobs;
using ImagePusher.TestSupport;

namespace ImagePusher.Benchmarks;

/// <summary>Starts what the jobs need, and runs them: both sides in turn, the order changing from pair to pair.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private readonly BenchSettings _settings;
    private readonly TemporaryFolder _folder = new();
    private readonly DockerRegistry _source;
    private readonly DockerRegistry _target;
    private readonly string _images;

    private Bench(BenchSettings settings, DockerRegistry source, DockerRegistry target, string images) =>
        (_settings, _source, _target, _images) = (settings, source, target, images);

    public static async Task<Bench> StartAsync(BenchSettings settings)
    {
        var images = settings.Images ?? await MakeImagesAsync(settings);
        var source = await DockerRegistry.StartAsync(CancellationToken.None);
        return new Bench(settings, source, await DockerRegistry.StartAsync(CancellationToken.None), images);
    }

    public async Task<IReadOnlyList<JobResult>> RunAsync()
    {
        var shell = new Shell(_folder["cache"]);
        var idle = await RepeatAsync(() => shell.RunAsync("''"), 5);
        Console.WriteLine($"The shell's idle start: {idle.Seconds:0.00} s, {idle.PeakBytes >> 20} MiB.");
        var results = new List<JobResult>();
        foreach (var job in await JobList.MakeAsync(_settings, _images, shell, _folder, _source, _target))
        {
            if (_settings.Only is null || job.Name.Contains(_settings.Only, StringComparison.OrdinalIgnoreCase))
            {
                results.Add(await RunAsync(job, idle.Seconds));
                Console.WriteLine($"{job.Name}: {results[^1].NetSeconds:0.00} s, {job.PeerName} {results[^1].Peer?.Seconds:0.00} s, ratio {results[^1].Ratio:0.00}");
            }
        }

        return results;
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<string> MakeImagesAsync(BenchSettings settings)
    {
        var folder = Path.Combine(BenchSettings.Repository, "out", "bench-images");
        if (!Directory.Exists(Path.Combine(folder, settings.IsQuick ? "oci" : "bench")))
        {
            await Tools.RunAsync(
                "bash", [Path.Combine(BenchSettings.Repository, "tests", "Fixtures", "make-images.sh"), folder, settings.IsQuick ? "small" : "bench"],
                new ToolSettings { TimeLimit = TimeSpan.FromMinutes(30) }, CancellationToken.None);
        }

        return folder;
    }

    private static async Task<Measured> RepeatAsync(Func<Task<Measured>> run, int times)
    {
        var runs = new List<Measured>();
        for (var i = 0; i < times; i++)
        {
            runs.Add(await run());
        }

        return Measured.Median(runs);
    }

    private async Task<JobResult> RunAsync(Job job, double idle)
    {
        var (ours, peers) = (new List<Measured>(), new List<Measured>());
        var (ourBytes, peerBytes) = (0L, 0L);
        for (var pair = 0; pair < _settings.Pairs; pair++)
        {
            foreach (var isOurs in pair % 2 == 0 ? (bool[])[true, false] : [false, true])
            {
                if (!isOurs && job.Peer is null)
                {
                    continue;
                }

                await job.Prepare();
                (isOurs ? ours : peers).Add(await (isOurs ? job.Ours : job.Peer!)());
                var bytes = job.Bytes?.Invoke() ?? 0;
                (ourBytes, peerBytes) = isOurs ? (bytes, peerBytes) : (ourBytes, bytes);
            }
        }

        return new JobResult(job, Measured.Median(ours), peers.Count > 0 ? Measured.Median(peers) : null, ourBytes, peerBytes, idle);
    }
}
