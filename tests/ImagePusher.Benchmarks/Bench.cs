using ImagePusher.Benchmarks.Jobs;
using ImagePusher.TestSupport;

namespace ImagePusher.Benchmarks;

/// <summary>Starts the registries and runs the jobs: all programs in turn, in an order that changes from round to round.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private readonly BenchSettings _settings;
    private readonly TemporaryFolder _folder = new();
    private readonly BenchRegistries _registries;
    private readonly FastRegistries _fast;
    private readonly NetworkJobs _network;
    private readonly string _images;
    private readonly Pwsh _pwsh;

    private Bench(BenchSettings settings, BenchRegistries registries, FastRegistries fast, string images)
    {
        (_settings, _registries, _fast, _images) = (settings, registries, fast, images);
        _pwsh = new Pwsh(_folder["cache"], settings.Module, registries.AuthorityFile);
        _network = new NetworkJobs(settings, _pwsh, _folder, registries);
    }

    public static async Task<Bench> StartAsync(BenchSettings settings)
    {
        var images = settings.Images ?? await MakeImagesAsync(settings);
        return new Bench(
            settings, await BenchRegistries.StartAsync(settings.Storage), await FastRegistries.StartAsync(settings.Storage), images);
    }

    public async Task<IReadOnlyList<JobResult>> RunAsync()
    {
        var idle = await RepeatAsync(_pwsh.RunIdleAsync, 5);
        var import = await RepeatAsync(_pwsh.RunImportAsync, 5);
        Console.WriteLine(
            $"Idle start of pwsh: {idle.Seconds:0.00} s, {idle.PeakBytes >> 20} MiB; import: {import.Seconds - idle.Seconds:0.00} s more.");
        foreach (var version in await PeerVersions.ListAsync())
        {
            Console.WriteLine(version);
        }

        var results = new List<JobResult>();
        foreach (var job in await JobList.MakeAsync(_settings, _images, _pwsh, _folder, _registries, _fast, _network))
        {
            if (_settings.Only is null || job.Name.Contains(_settings.Only, StringComparison.OrdinalIgnoreCase))
            {
                results.Add(await RunAsync(job, idle.Seconds, import.Seconds));
                var peers = results[^1].Peers.Select(peer => $", {peer.Name} {peer.Cost.Seconds:0.00} s, ratio {peer.Ratio:0.00}");
                Console.WriteLine($"{job.Name}: {results[^1].NetSeconds:0.00} s{string.Concat(peers)}");
            }
        }

        return results;
    }

    public async ValueTask DisposeAsync()
    {
        await _network.DisposeAsync();
        await _fast.DisposeAsync();
        await _registries.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<string> MakeImagesAsync(BenchSettings settings)
    {
        var folder = Path.Combine(BenchSettings.Repository, "out", "bench-images");
        if (!Directory.Exists(Path.Combine(folder, settings.IsQuick ? "oci" : "bench")))
        {
            var script = Path.Combine(BenchSettings.Repository, "tests", "Fixtures", "make-images.sh");
            await ExternalTools.RunAsync(
                "bash", [script, folder, settings.IsQuick ? "small" : "bench"],
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

    private async Task<JobResult> RunAsync(Job job, double idle, double import)
    {
        // Side 0 is ours. The first program changes from round to round, because a disk or a clock may change over time.
        Func<Task<Measured>>[] sides = [job.Ours, .. job.Peers.Select(peer => peer.RunAsync)];
        var runs = sides.Select(_ => new List<Measured>()).ToArray();
        for (var round = 0; round < (job.Rounds ?? _settings.Pairs); round++)
        {
            for (var turn = 0; turn < sides.Length; turn++)
            {
                var side = (round + turn) % sides.Length;
                await job.Prepare();
                runs[side].Add(await _registries.CountAsync(sides[side]));
            }
        }

        double Net(Measured run) => job.IsInside ? run.Seconds : Math.Max(run.Seconds - idle, 0);
        double Ratio(List<Measured> peer) => Measured.Median(runs[0].Zip(peer, (ours, theirs) => Net(ours) / theirs.Seconds));
        var peers = job.Peers.Zip(runs.Skip(1), (peer, theirs) => new PeerResult(peer.Name, Measured.Median(theirs), Ratio(theirs)));
        var work = Measured.Median(runs[0].Select(run => Math.Max(run.Seconds - import, 0)));
        return new JobResult(job, Measured.Median(runs[0]), Measured.Median(runs[0].Select(Net)), work, [.. peers]);
    }
}
