namespace ImagePusher.Benchmarks.Jobs;

/// <summary>Runs skopeo.</summary>
internal static class Skopeo
{
    public static Task<Measured> CopyAsync(string source, string target, params string[] options) => CommandRun.MeasureAsync(
        "skopeo",
        ["--insecure-policy", "copy", "-q", "--src-tls-verify=false", "--dest-tls-verify=false", .. options, source, target]);

    /// <summary>One process after the other, as a script does.</summary>
    public static async Task<Measured> CopyAllAsync(IEnumerable<(string Source, string Target)> pairs)
    {
        var total = new Measured(0, 0, 0, 0);
        foreach (var (source, target) in pairs)
        {
            var one = await CopyAsync(source, target);
            total = new Measured(
                total.Seconds + one.Seconds,
                total.Cpu + one.Cpu,
                Math.Max(total.PeakBytes, one.PeakBytes),
                total.WireBytes + one.WireBytes);
        }

        return total;
    }

    /// <summary>All images of a list by one process.</summary>
    public static Task<Measured> SyncAsync(string list, string target) => CommandRun.MeasureAsync(
        "skopeo", ["--insecure-policy", "sync", "--dest-tls-verify=false", "--src", "yaml", "--dest", "docker", list, target]);

    /// <summary>Deletes skopeo's blob cache, which a cold run must not use.</summary>
    public static void ForgetBlobs()
    {
        var root = Environment.UserName == "root"
            ? "/var/lib/containers"
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local/share/containers");
        foreach (var file in (string[])["cache/blob-info-cache-v1.boltdb", "cache/blob-info-cache-v1.sqlite"])
        {
            File.Delete(Path.Combine(root, file));
        }
    }
}
