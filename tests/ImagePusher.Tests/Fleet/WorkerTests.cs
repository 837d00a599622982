using System.Diagnostics;
using System.Globalization;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.Faults;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Fleet;

/// <summary>
/// Many machines, simulated: workers that are processes of their own each copy a part of one list to one registry. The long form is
/// what docs/scaling.md tells of: 1,000 images, 20 workers.
/// </summary>
public sealed class WorkerTests
{
    private static readonly (int Images, int Workers) Size = Tools.LongForm ? (1000, 20) : (40, 4);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Workers_copy_their_parts_to_the_local_registry()
    {
        using var folder = new TemporaryFolder();
        using var engine = new Engine { ["path"] = folder.Folder("served") };
        await CopyInPartsAsync((string)(await engine.SingleAsync("Start-LocalRegistry -Port 0 -Path $path", Token)).Registry);
    }

    [Fact]
    public async Task Workers_copy_their_parts_to_docker_registry()
    {
        await using var target = await DockerRegistry.StartAsync(Token);
        await CopyInPartsAsync(target.Address);
    }

    private static async Task CopyInPartsAsync(string target)
    {
        await using var source = await FleetSource.StartAsync(Size.Images, Token);
        await using var to = FaultProxy.Start(target);
        using var folder = new TemporaryFolder();
        var list = folder.Write("list.txt", string.Join('\n', source.Fleet.Images.Keys.Select(image => $"{source.Registry.Address}/{image}")));
        var first = await RunAsync(folder, list, to.Address, "first");
        var taken = FleetChecks.TakenIn(to);
        Report("first", first, to.Requests);

        Assert.Equal(source.Fleet.Images.Keys.Select(image => $"{to.Address}/{image}").Order(), first.SelectMany(worker => worker.Names).Order());
        Assert.Equal(source.Fleet.Blobs.Order(), taken.Keys.Order());
        Assert.All(taken, blob => Assert.InRange(blob.Value, 1, Size.Workers));
        await FleetChecks.HasAllAsync(target, source.Fleet, readWhole: Tools.LongForm ? 50 : 4, Token);

        to.Forget();
        var second = await RunAsync(folder, list, to.Address, "second");
        Report("second", second, to.Requests);
        Assert.Equal(Size.Images, second.Sum(worker => worker.Names.Count));
        Assert.Equal(Size.Images, to.RequestsOf("HEAD").Count);
        Assert.Equal(second.Count(worker => worker.Names.Count > 0), to.RequestsOf("*").Count - Size.Images);
        Assert.All(to.RequestsOf("GET"), request => Assert.Equal("/v2/", request.Path));
    }

    /// <summary>Each worker writes the names that it copied, then its figures: its seconds and its most memory.</summary>
    private static async Task<IReadOnlyList<Worker>> RunAsync(TemporaryFolder folder, string list, string target, string run)
    {
        var script = folder.Write("worker.ps1", """
            param($Script, $List, $Target, $Shard)
            $watch = [Diagnostics.Stopwatch]::StartNew()
            & $Script $List $Target -Shard $Shard -ErrorAction Stop | ForEach-Object Reference
            $memory = [Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64
            "figures $([int] $watch.Elapsed.TotalMilliseconds) $memory"
            """);
        var example = Path.Combine(Repository.Folder, "docs", "examples", "mirror-list.ps1");
        return await Task.WhenAll(Enumerable.Range(1, Size.Workers).Select(async number =>
        {
            var settings = new ToolSettings
            {
                TimeLimit = TimeSpan.FromMinutes(20),
                Environment = new Dictionary<string, string?>
                {
                    ["IMAGEPUSHER_CACHE"] = folder[$"cache-{run}-{number}"],
                    ["DOCKER_CONFIG"] = folder["docker"],
                    ["MIRROR_USER"] = null,
                    ["NO_COLOR"] = "1",
                },
            };
            var result = await Tools.RunAsync(Repository.Shell, ["-File", script, example, list, target, $"{number}/{Size.Workers}"], settings, Token);
            var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var figures = lines[^1].Split(' ');
            Assert.Equal("figures", figures[0]);
            return new Worker(lines[..^1], int.Parse(figures[1], CultureInfo.InvariantCulture), long.Parse(figures[2], CultureInfo.InvariantCulture));
        }));
    }

    private static void Report(string run, IReadOnlyList<Worker> workers, IReadOnlyCollection<ProxiedRequest> requests) => TestContext.Current.TestOutputHelper?.WriteLine(
        $"{run} run: {Size.Images} images, {workers.Count} workers, the slowest {workers.Max(worker => worker.Milliseconds)} ms, the largest {workers.Max(worker => worker.Memory) >> 20} MiB; "
        + $"at the target {requests.Count} requests ({string.Join(", ", requests.CountBy(request => request.Method).Select(pair => $"{pair.Key} {pair.Value}"))}), {requests.Sum(request => request.BytesUp)} bytes up, {requests.Select(request => request.Connection).Distinct().Count()} connections");

    private sealed record Worker(IReadOnlyList<string> Names, int Milliseconds, long Memory);
}
