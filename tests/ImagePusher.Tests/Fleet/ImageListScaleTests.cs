using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Fleet;

/// <summary>
/// One process and a long list of unchanged images: only the number of requests grows with the list. The registries are servers that accept
/// every name, because a hundred thousand real images are impractical.
/// </summary>
public sealed class ImageListScaleTests
{
    private static readonly int[] Lengths = ExternalTools.LongForm ? [10, 1_000, 10_000, 100_000] : [10, 600];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_grow_with_the_list_connections_do_not_and_memory_hardly()
    {
        var image = TestImage.Of([1]);
        var memory = new List<long>();
        foreach (var length in Lengths)
        {
            int heads = 0, others = 0;
            await using var server = LoopbackServer.Start(exchange =>
            {
                _ = exchange.Method == "HEAD" ? Interlocked.Increment(ref heads) : Interlocked.Increment(ref others);
                exchange.Add("Docker-Content-Digest", image.Digest);
                return exchange.Path == "/v2/" ? exchange.RespondAsync(200, "{}")
                    : exchange.RespondAsync(200, image.Manifest, TestImage.ManifestType);
            });
            await using var to = FaultProxy.Start(server.Address);
            using var folder = new TemporaryFolder();
            var list = folder.Write("list.txt",
                string.Join('\n', Enumerable.Range(0, length)
                    .Select(number => $"{server.Address}/fleet/team{number / 100}/app{number / 5}:1.{number % 5}")));
            var worker = await MirrorWorker.RunAsync(folder, list, to.Address, "1/1", byRepository: false, Token);
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{length} images: {heads} HEAD, {others} others, {to.Connections} connections to the destination, "
                    + $"{worker.Memory >> 10} KiB, {worker.Time.TotalSeconds:0.0} s");
            Assert.Equal((length, 2 * length, 2), (worker.Names.Count, heads, others));
            Assert.InRange(to.Connections, 1, 20);
            memory.Add(worker.Memory);
        }

        // A hundred bytes of a name are kept many times over, but not an image's manifest or result.
        Assert.InRange(memory[^1] - memory[0], long.MinValue, (64L << 20) + (2048L * Lengths[^1]));
    }
}
