using ImagePusher.TestSupport;

namespace ImagePusher.Benchmarks.Jobs;

/// <summary>The jobs that are the same whatever the registries are and the network between.</summary>
/// <param name="pwsh">Runs ImagePusher.</param>
/// <param name="folder">Where the peers write.</param>
/// <param name="source">The address of the source.</param>
/// <param name="target">The address of the target.</param>
/// <param name="empty">Removes all content of the target.</param>
/// <param name="withTls">True if they are reached by TLS.</param>
internal sealed class RegistryJobs(
    Pwsh pwsh, TemporaryFolder folder, string source, string target, Func<Task> empty, bool withTls = false)
{
    /// <summary>An empty target, an empty cache, and peers that remember nothing.</summary>
    public async Task ColdAsync()
    {
        await empty();
        pwsh.EmptyCache();
        Skopeo.ForgetBlobs();
        if (Directory.Exists(folder["peer"]))
        {
            Directory.Delete(folder["peer"], recursive: true);
        }
    }

    /// <summary>The large image from the source to an empty cache.</summary>
    public Job Pull(string name, long bytes) => new(name)
    {
        Prepare = ColdAsync,
        InputBytes = bytes,
        Ours = () => RunAsync($"Save-ImageToCache {source}/bench/app:1.0"),
        Peers =
        [
            new Peer("skopeo", () => Skopeo.CopyAsync($"docker://{source}/bench/app:1.0", $"oci:{folder["peer"]}:app")),
            .. OptionalPeers.Pull($"{source}/bench/app:1.0", folder["peer"], withTls),
        ],
    };

    /// <summary>The large image from a cache to the empty target.</summary>
    /// <param name="name">The name of the job.</param>
    /// <param name="from">The registry from which the cache is filled before.</param>
    /// <param name="layout">A layout of the image, for the peers.</param>
    /// <param name="bytes">The size of the image.</param>
    public Job PushCached(string name, string from, string layout, long bytes) => new(name)
    {
        InputBytes = bytes,
        Prepare = async () =>
        {
            await ColdAsync();
            await pwsh.RunAsync($"Save-ImageToCache {from}/bench/app:1.0");
        },
        Ours = () => RunAsync($"Get-CachedImage | Push-CachedImage -Destination {target}"),
        Peers =
        [
            new Peer("skopeo", () => Skopeo.CopyAsync($"oci:{layout}:app", $"docker://{target}/bench/app:1.0")),
            .. OptionalPeers.PushLayout(layout, $"{target}/bench/app:1.0", withTls),
        ],
    };

    /// <summary>Small images from the source to the empty target, in one pipeline, and by eight crane processes.</summary>
    /// <param name="name">The name of the job.</param>
    /// <param name="images">The images, <c>repository:tag</c>.</param>
    public Job Mirror(string name, IReadOnlyCollection<string> images) => new(name)
    {
        Prepare = ColdAsync,
        InputBytes = SmallImages.Size(images.Count),
        Ours = () => RunAsync(
            $"{string.Join(',', images.Select(image => $"'{source}/{image}'"))} | Copy-RegistryImage -Destination {target}"),
        Peers = [.. Crane.CopyAll(folder, images.Select(image => ($"{source}/{image}", $"{target}/{image}")))],
    };

    // Plain http is tried first at loopback addresses alone; the emulated registries stand for ones that are elsewhere.
    private Task<Measured> RunAsync(string command) =>
        pwsh.RunAsync(withTls ? $"Set-RegistryOption {source}, {target} -PlainHttp:$false; {command}" : command);
}
