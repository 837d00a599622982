using ImagePusher.TestSupport;

namespace ImagePusher.Benchmarks.Jobs;

/// <summary>Jobs with registries that need little of the processors, so that the programs are measured.</summary>
internal static class FastJobs
{
    public static async Task<IReadOnlyList<Job>> MakeAsync(
        int count, string layout, long bytes, Pwsh pwsh, TemporaryFolder folder, FastRegistries registries)
    {
        var small = await SmallImages.PutAsync(registries.Source, count);
        await Skopeo.CopyAsync($"oci:{layout}:app", $"docker://{registries.Source}/bench/app:1.0");
        var jobs = new RegistryJobs(pwsh, folder, registries.Source, registries.Target, registries.EmptyAsync);
        return
        [
            jobs.Mirror($"{count} images of 3 small layers, fast registry to fast registry, one pipeline", small) with { Goal = "0.35" },
            jobs.Pull("fast registry to empty cache", bytes) with { Goal = "0.85" },
            jobs.PushCached("cache to empty fast registry", registries.Source, layout, bytes) with { Goal = "1.0" },
        ];
    }
}
