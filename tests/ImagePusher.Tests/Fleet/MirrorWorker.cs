using System.Globalization;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Fleet;

/// <summary>docs/examples/mirror-list.ps1 in a process of its own, as a machine of a fleet runs it.</summary>
/// <param name="Names">The names at the destination, of its results.</param>
/// <param name="Time">From the call of the script to its end.</param>
/// <param name="Memory">The most that the process had, in bytes.</param>
internal sealed record MirrorWorker(IReadOnlyList<string> Names, TimeSpan Time, long Memory)
{
    private const string Script = """
        param($Script, $List, $Destination, $Shard, $ByRepository)
        $watch = [Diagnostics.Stopwatch]::StartNew()
        & $Script $List $Destination -Shard $Shard -ByRepository:($ByRepository -eq 'True') -ErrorAction Stop | ForEach-Object Reference
        $memory = [Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64
        "figures $([long] $watch.Elapsed.TotalMilliseconds) $memory"
        """;

    /// <summary>Runs one to its end. It must not fail.</summary>
    /// <param name="folder">Takes its script and its cache.</param>
    /// <param name="list">The list's file.</param>
    /// <param name="destination">Where the images go.</param>
    /// <param name="shard">Its part.</param>
    /// <param name="byRepository">Whether the list is split by repositories.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<MirrorWorker> RunAsync(TemporaryFolder folder, string list, string destination, string shard,
        bool byRepository, CancellationToken cancellationToken)
    {
        var own = shard.Replace('/', '-');
        var script = folder.Write($"worker-{own}.ps1", Script);
        var settings = new ToolSettings
        {
            TimeLimit = TimeSpan.FromMinutes(30),
            Environment = new Dictionary<string, string?>
            {
                ["IMAGEPUSHER_CACHE"] = folder[$"cache-{own}"],
                ["IMAGEPUSHER_STATE"] = folder[$"state-{own}"],
                ["DOCKER_CONFIG"] = folder["docker"],
                ["REGISTRY_AUTH_FILE"] = null,
                ["MIRROR_USER"] = null,
                ["PSModulePath"] = Path.GetDirectoryName(Repository.ModuleFolder.TrimEnd(Path.DirectorySeparatorChar)),
                ["NO_COLOR"] = "1",
            },
        };
        var example = Path.Combine(Repository.Folder, "docs", "examples", "mirror-list.ps1");
        var result = await ExternalTools.RunAsync(PwshProcess.Pwsh,
            ["-NoProfile", "-File", script, example, list, destination, shard, $"{byRepository}"], settings, cancellationToken);
        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var figures = lines[^1].Split(' ');
        Assert.Equal("figures", figures[0]);
        return new MirrorWorker(lines[..^1], TimeSpan.FromMilliseconds(long.Parse(figures[1], CultureInfo.InvariantCulture)),
            long.Parse(figures[2], CultureInfo.InvariantCulture));
    }
}
