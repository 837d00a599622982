using ImagePusher.TestSupport;

namespace ImagePusher.Benchmarks.Jobs;

/// <summary>All jobs of the benchmark.</summary>
internal static class JobList
{
    public static async Task<IReadOnlyList<Job>> MakeAsync(
        BenchSettings settings, string images, Pwsh pwsh, TemporaryFolder folder, BenchRegistries registries,
        FastRegistries fast, NetworkJobs network)
    {
        var (source, target) = (registries.Source, registries.Target);
        var tar = Path.Combine(images, settings.IsQuick ? "docker-archive.tar" : "bench/docker-archive.tar");
        var made = Path.Combine(images, settings.IsQuick ? "oci" : "bench/oci");
        var count = settings.IsQuick ? 10 : 200;
        var small = await SmallImages.PutAsync(source.Address, 2 * count);
        await Skopeo.CopyAsync($"oci:{made}:app", $"docker://{source.Address}/bench/app:1.0");

        // A layout of one image: crane pushes no other.
        var layout = folder["layout"];
        await Skopeo.CopyAsync($"docker://{source.Address}/bench/app:1.0", $"oci:{layout}:app");
        var stored = new FileInfo(tar).Length;
        var compressed = Stored(source) - SmallImages.Size(small.Count);

        var jobs = new RegistryJobs(pwsh, folder, source.Address, target.Address, target.EmptyAsync);

        Job Push(string name, string options, string goal, string[] peer, params IEnumerable<Peer> others) => new(name)
        {
            Goal = goal,
            Prepare = jobs.ColdAsync,
            Ours = () => pwsh.RunAsync($"Push-ImageTar '{tar}' -Destination {target.Address} {options}"),
            Peers =
            [
                new Peer("skopeo", () => Skopeo.CopyAsync($"docker-archive:{tar}", $"docker://{target.Address}/bench/app:1.0", peer)),
                .. others,
            ],
            InputBytes = stored,
        };

        Job Mirror(int number) => jobs.Mirror(
            $"{number} images of 3 small layers, registry to registry, one pipeline", [.. small.Take(number)]);

        Job WithProcesses(Job mirror) => mirror with
        {
            Peers =
            [
                .. mirror.Peers,
                new Peer($"{count} skopeo processes", () => Skopeo.CopyAllAsync(small.Take(count).Select(
                    image => ($"docker://{source.Address}/{image}", $"docker://{target.Address}/{image}")))),
            ],
        };

        return
        [
            Push("tar to empty registry, gzip", "", "0.70", [], OptionalPeers.Push(tar, $"{target.Address}/bench/app:1.0")),
            Push("tar to empty registry, gzip level 1", "-CompressionLevel 1", "0.48", []),
            Push("tar to empty registry, zstd", "-Compression Zstd", "0.55", ["--dest-compress-format", "zstd"]),
            Push("tar to empty registry, not compressed", "-Compression None", "0.39", []),
            new Job("the same again, same process")
            {
                Goal = "0.05 s", IsInside = true, InputBytes = stored,
                Ours = () => pwsh.RunInsideAsync(
                    $"Push-ImageTar '{tar}' -Destination {target.Address} | Out-Null",
                    $"Push-ImageTar '{tar}' -Destination {target.Address}"),
            },
            new Job("the same again, new process")
            {
                Goal = "0.25 s", InputBytes = stored,
                Ours = () => pwsh.RunAsync($"Push-ImageTar '{tar}' -Destination {target.Address}"),
                Peers = [new Peer("skopeo", () => Skopeo.CopyAsync($"docker-archive:{tar}", $"docker://{target.Address}/bench/again:1.0"))],
            },
            jobs.Pull("registry to empty cache", compressed) with { Goal = "0.85" },
            jobs.PushCached("cache to empty registry", source.Address, layout, compressed) with { Goal = "1.0" },
            WithProcesses(Mirror(count)) with { Goal = "0.35" },
            Mirror(2 * count) with { Goal = "2.1 x the half", Peers = [] },
            .. await FastJobs.MakeAsync(count, layout, compressed, pwsh, folder, fast),
            .. LargeLayer.Jobs(settings, pwsh, folder, target, jobs.ColdAsync),
            .. network.List(small, layout, compressed),
            new Job("Import-Module, above the idle start") { Goal = "0.15 s", Ours = pwsh.RunImportAsync },
            new Job("idle start of pwsh") { IsInside = true, Ours = pwsh.RunIdleAsync },
        ];
    }

    private static long Stored(DockerRegistry registry) => registry.Blobs().Values.Sum(file => file.Length);
}
