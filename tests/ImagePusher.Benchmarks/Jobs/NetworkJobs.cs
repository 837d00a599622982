using ImagePusher.Benchmarks.Network;
using ImagePusher.TestSupport;

namespace ImagePusher.Benchmarks.Jobs;

/// <summary>The jobs that users wait for, over emulated networks and with TLS.</summary>
internal sealed class NetworkJobs(BenchSettings settings, Pwsh pwsh, TemporaryFolder folder, BenchRegistries registries) : IAsyncDisposable
{
    private static readonly NetworkConditions[] Networks =
    [
        new(TimeSpan.FromMilliseconds(5), 1_000), new(TimeSpan.FromMilliseconds(30), 300), new(TimeSpan.FromMilliseconds(150), 50),
    ];

    private readonly List<EmulatedNetwork> _open = [];

    /// <summary>The jobs of all networks.</summary>
    /// <param name="small">The names of the small images at the source.</param>
    /// <param name="layout">A layout of the large image.</param>
    /// <param name="bytes">The compressed size of the large image.</param>
    public IEnumerable<Job> List(IReadOnlyList<string> small, string layout, long bytes)
    {
        foreach (var conditions in Networks)
        {
            var network = new EmulatedNetwork(conditions);
            _open.Add(network);
            var (source, target) = (network.Reach(registries.TlsSource.Address), network.Reach(registries.TlsTarget.Address));
            var jobs = new RegistryJobs(pwsh, folder, source, target, registries.Target.EmptyAsync, withTls: true);
            var counts = settings.IsQuick ? (int[])[5] : conditions.MegabitsPerSecond == 300 ? [50, 200] : [50];
            foreach (var job in counts.SelectMany(count => Mirror(conditions, [.. small.Take(count)], source, target, jobs)))
            {
                yield return job;
            }

            // At 50 Mbit/s a run takes two minutes; the network accounts for almost all of that time.
            var rounds = conditions.MegabitsPerSecond < 300 ? 1 : Rounds;
            yield return jobs.Pull($"registry to empty cache, {conditions}", bytes) with { Rounds = rounds };
            yield return jobs.PushCached(
                $"cache to empty registry, {conditions}", registries.Source.Address, layout, bytes) with { Rounds = rounds };
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var network in _open)
        {
            await network.DisposeAsync();
        }
    }

    private IEnumerable<Job> Mirror(NetworkConditions conditions, string[] names, string source, string target, RegistryJobs jobs)
    {
        var count = names.Length;
        var direct = new RegistryJobs(
            pwsh, folder, registries.Source.Address, registries.Target.Address, registries.Target.EmptyAsync).Mirror("", names);
        var job = jobs.Mirror($"{count} images of 3 small layers, registry to registry, {conditions}", names);
        job = job with
        {
            Goal = conditions.MegabitsPerSecond == 300 && count == 50 ? "0.45" : "",
            Rounds = Rounds,
            Peers = [.. job.Peers, .. conditions.MegabitsPerSecond >= 300 && count == 50 ? (Peer[])[Sync(names, source, target)] : []],
        };
        yield return job;
        yield return job with
        {
            Name = $"the same again, unchanged ({count} images, {conditions})",
            Goal = job.Goal == "" ? "" : "0.30",
            Prepare = () => registries.Target.Blobs().Count >= 4 * count ? Task.CompletedTask : direct.Ours(),
        };
    }

    private Peer Sync(string[] names, string source, string target)
    {
        var tags = string.Join(',', names.Select(name => $"\"{name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..]}\""));
        var list = folder.Write(
            $"sync-{source.Split(':')[1]}-{names.Length}.yml",
            $"\"{source}\":\n  tls-verify: false\n  images:\n    bench/small: [{tags}]\n");
        return new Peer("skopeo sync", () => Skopeo.SyncAsync(list, $"{target}/bench"));
    }

    private int Rounds => Math.Min(settings.Pairs, 3);
}
