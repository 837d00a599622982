using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Fleet;

/// <summary>
/// Many machines, simulated: workers that are processes of their own each copy a part of one list to one registry. The long form is
/// what docs/operate/scaling.md describes: 1,000 images, 20 workers.
/// </summary>
public sealed class WorkerTests
{
    private static readonly (int Images, int Workers) Size = ExternalTools.LongForm ? (1000, 20) : (30, 3);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Workers_copy_their_parts_to_the_local_registry()
    {
        await using var target = await ServedCache.StartAsync(Token);
        await CopyInPartsAsync(target.Address, byRepository: false);
        var (requests, memory) = await target.EndAsync(Token);
        Say($"the local registry: {requests} requests, {memory >> 20} MiB");
    }

    [Fact]
    public async Task Workers_copy_their_parts_to_docker_registry()
    {
        await using var target = await DockerRegistry.StartAsync(Token);
        await CopyInPartsAsync(target.Address, byRepository: true);
    }

    private static async Task CopyInPartsAsync(string target, bool byRepository)
    {
        await using var source = await FleetSource.StartAsync(Size.Images, Token);
        await using var from = FaultProxy.Start(source.Registry.Address);
        await using var to = FaultProxy.Start(target);
        using var folder = new TemporaryFolder();
        var list = folder.Write("list.txt", string.Join('\n', source.Fleet.Images.Keys.Select(image => $"{from.Address}/{image}")));
        var first = await RunAsync(folder, list, to.Address, byRepository);
        var taken = FleetChecks.TakenIn(to);
        Say($"first run: {Size.Images} images, {source.Fleet.Blobs.Count} blobs of {source.Fleet.BlobBytes} bytes, {Size.Workers} "
            + $"workers{(byRepository ? ", by repository" : "")}; {taken.Values.Count(times => times > 1)} blobs sent more than once, "
            + $"{taken.Values.Sum()} in all");
        Report(first, from, to);

        Assert.Equal(source.Fleet.Images.Keys.Select(image => $"{to.Address}/{image}").Order(),
            first.SelectMany(worker => worker.Names).Order());
        Assert.Equal(source.Fleet.Blobs.Order(), taken.Keys.Order());

        // Workers are independent: two may send a blob at the same time, but only blobs shared by their parts.
        Assert.All(taken, blob => Assert.InRange(blob.Value, 1, Size.Workers));
        if (byRepository)
        {
            Assert.InRange(taken.Values.Count(times => times > 1), 0, source.Fleet.SharedByRepositories);
        }

        await FleetChecks.HasAllAsync(target, source.Fleet, readWhole: ExternalTools.LongForm ? 50 : 4, Token);
        from.Forget();
        to.Forget();
        var (fromBefore, toBefore) = (from.Connections, to.Connections);
        var second = await RunAsync(folder, list, to.Address, byRepository);
        Say("second run:");
        Report(second, from, to, fromBefore, toBefore);
        Assert.Equal(Size.Images, second.Sum(worker => worker.Names.Count));
        var busy = second.Count(worker => worker.Names.Count > 0);
        Assert.All(new[] { from, to }, side =>
        {
            Assert.Equal(Size.Images, side.RequestsOf("HEAD").Count);
            Assert.Equal(Enumerable.Repeat("GET /v2/", busy),
                side.Requests.Where(request => request.Method != "HEAD").Select(request => $"{request.Method} {request.Path}"));
        });
    }

    private static Task<MirrorWorker[]> RunAsync(TemporaryFolder folder, string list, string target, bool byRepository) => Task.WhenAll(
        Enumerable.Range(1, Size.Workers)
            .Select(number => MirrorWorker.RunAsync(folder, list, target, $"{number}/{Size.Workers}", byRepository, Token)));

    private static void Report(IReadOnlyList<MirrorWorker> workers, FaultProxy from, FaultProxy to, int fromBefore = 0, int toBefore = 0)
    {
        Say($"  workers: the slowest {workers.Max(worker => worker.Time.TotalSeconds):0} s, the largest "
            + $"{workers.Max(worker => worker.Memory) >> 20} MiB, the smallest {workers.Min(worker => worker.Memory) >> 20} MiB, parts "
            + $"of {workers.Min(worker => worker.Names.Count)} to {workers.Max(worker => worker.Names.Count)} images");
        foreach (var (name, side, before) in new[] { ("source", from, fromBefore), ("destination", to, toBefore) })
        {
            var methods = side.Requests.CountBy(request => request.Method).OrderBy(pair => pair.Key)
                .Select(pair => $"{pair.Key} {pair.Value}");
            Say($"  {name}: {side.Requests.Count} requests ({string.Join(", ", methods)}), "
                + $"{side.Requests.Sum(request => request.BytesUp)} bytes up, "
                + $"{side.Requests.Sum(request => request.BytesDown)} bytes down, "
                + $"{side.Connections - before} connections");
        }
    }

    private static void Say(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
