using ImagePusher.TestSupport;

namespace ImagePusher.Benchmarks.Jobs;

/// <summary>Jobs with registries that need little of the processors, so that the programs are measured.</summary>
internal static class FastJobs
{
    public static async Task<IReadOnlyList<Job>> MakeAsync(
        int count, string layout, long bytes, Pwsh pwsh, TemporaryFolder folder, FastRegistries registries)
    {
        var (source, target) = (registries.Source, registries.Target);
        var small = await SmallImages.PutAsync(source, count);
        await Skopeo.CopyAsync($"oci:{layout}:app", $"docker://{source}/bench/app:1.0");
        var pairs = small.Select(name => (name, target + name[source.Length..])).ToArray();
        var list = string.Join(',', small.Select(name => $"'{name}'"));

        async Task Cold()
        {
            await registries.EmptyAsync();
            pwsh.EmptyCache();
            Skopeo.ForgetBlobs();
            if (Directory.Exists(folder["peer"]))
            {
                Directory.Delete(folder["peer"], recursive: true);
            }
        }

        return
        [
            new Job($"{count} images of 3 small layers, fast registry to fast registry, one pipeline")
            {
                Goal = "0.35", Prepare = Cold, InputBytes = SmallImages.Size(count),
                Ours = () => pwsh.RunAsync($"{list} | Copy-RegistryImage -Destination {target}"),
                Peers = [.. Crane.CopyAll(folder, pairs)],
            },
            new Job("fast registry to empty cache")
            {
                Goal = "0.85", Prepare = Cold, InputBytes = bytes,
                Ours = () => pwsh.RunAsync($"Save-ImageToCache {source}/bench/app:1.0"),
                Peers =
                [
                    new Peer("skopeo", () => Skopeo.CopyAsync($"docker://{source}/bench/app:1.0", $"oci:{folder["peer"]}:app")),
                    .. OtherPeers.Pull($"{source}/bench/app:1.0", folder["peer"]),
                ],
            },
            new Job("cache to empty fast registry")
            {
                Goal = "1.0", InputBytes = bytes,
                Prepare = async () =>
                {
                    await Cold();
                    await pwsh.RunAsync($"Save-ImageToCache {source}/bench/app:1.0");
                },
                Ours = () => pwsh.RunAsync($"Get-CachedImage | Push-CachedImage -Destination {target}"),
                Peers =
                [
                    new Peer("skopeo", () => Skopeo.CopyAsync($"oci:{layout}:app", $"docker://{target}/bench/app:1.0")),
                    .. OtherPeers.PushLayout(layout, $"{target}/bench/app:1.0"),
                ],
            },
        ];
    }
}
