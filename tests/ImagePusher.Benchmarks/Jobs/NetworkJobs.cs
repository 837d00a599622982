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
    /// <param name="cold">Empties the target and all caches.</param>
    /// <param name="bytes">The compressed size of the large image.</param>
    public IEnumerable<Job> List(IReadOnlyList<string> small, string layout, Func<Task> cold, long bytes)
    {
        foreach (var conditions in Networks)
        {
            var network = new EmulatedNetwork(conditions);
            _open.Add(network);
            var (source, target) = (network.Reach(registries.TlsSource.Address), network.Reach(registries.TlsTarget.Address));
            var counts = settings.IsQuick ? (int[])[5] : conditions.MegabitsPerSecond == 300 ? [50, 200] : [50];
            foreach (var job in counts.SelectMany(count => Mirror(conditions, small.Take(count), source, target, cold)))
            {
                yield return job;
            }

            foreach (var job in Bulk(conditions, layout, source, target, cold, bytes))
            {
                yield return job;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var network in _open)
        {
            await network.DisposeAsync();
        }
    }

    private IEnumerable<Job> Mirror(NetworkConditions conditions, IEnumerable<string> small, string source, string target, Func<Task> cold)
    {
        var names = small.Select(name => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..]).ToArray();
        var count = names.Length;
        string List(string registry) => string.Join(',', names.Select(name => $"'{registry}/{name}'"));
        Task<Measured> FillAsync() => pwsh.RunAsync(
            $"{List(registries.Source.Address)} | Copy-RegistryImage -Destination {registries.Target.Address}");
        Job job = new($"{count} images of 3 small layers, registry to registry, {conditions}")
        {
            Goal = conditions.MegabitsPerSecond == 300 && count == 50 ? "0.45" : "",
            Prepare = cold,
            Rounds = Rounds,
            Ours = () => pwsh.RunAsync($"{List(source)} | Copy-RegistryImage -Destination {target}"),
            Peers =
            [
                .. Crane.CopyAll(folder, names.Select(name => ($"{source}/{name}", $"{target}/{name}"))),
                .. conditions.MegabitsPerSecond >= 300 && count == 50 ? (Peer[])[Sync(names, source, target)] : [],
            ],
            InputBytes = SmallImages.Size(count),
        };
        yield return job;
        yield return job with
        {
            Name = $"the same again, unchanged ({count} images, {conditions})",
            Goal = job.Goal == "" ? "" : "0.30",
            Prepare = () => registries.Target.Blobs().Count >= 4 * count ? Task.CompletedTask : FillAsync(),
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

    private IEnumerable<Job> Bulk(NetworkConditions conditions, string layout, string source, string target, Func<Task> cold, long bytes)
    {
        // At 50 Mbit/s a run takes two minutes, of which all but seconds are the network's.
        var rounds = conditions.MegabitsPerSecond < 300 ? 1 : Rounds;
        yield return new Job($"registry to empty cache, {conditions}")
        {
            Prepare = cold,
            Rounds = rounds,
            InputBytes = bytes,
            Ours = () => pwsh.RunAsync($"Save-ImageToCache {source}/bench/app:1.0"),
            Peers =
            [
                new Peer("skopeo", () => Skopeo.CopyAsync($"docker://{source}/bench/app:1.0", $"oci:{folder["peer"]}:app")),
                .. OtherPeers.Pull($"{source}/bench/app:1.0", folder["peer"], withTls: true),
            ],
        };
        yield return new Job($"cache to empty registry, {conditions}")
        {
            Rounds = rounds,
            InputBytes = bytes,
            Prepare = async () =>
            {
                await cold();
                await pwsh.RunAsync($"Save-ImageToCache {registries.Source.Address}/bench/app:1.0");
            },
            Ours = () => pwsh.RunAsync($"Get-CachedImage | Push-CachedImage -Destination {target}"),
            Peers =
            [
                new Peer("skopeo", () => Skopeo.CopyAsync($"oci:{layout}:app", $"docker://{target}/bench/app:1.0")),
                .. OtherPeers.PushLayout(layout, $"{target}/bench/app:1.0", withTls: true),
            ],
        };
    }

    private int Rounds => Math.Min(settings.Pairs, 3);
}
