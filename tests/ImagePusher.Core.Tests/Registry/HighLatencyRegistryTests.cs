using ImagePusher.TestSupport.FakeRegistries;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>A registry that takes long to respond gets more requests at once by default.</summary>
public sealed class HighLatencyRegistryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, null, 6)]
    [InlineData(9, null, 6)]
    [InlineData(10, null, 16)]
    [InlineData(150, null, 16)]
    [InlineData(150, 6, 6)]
    [InlineData(150, 3, 3)]
    [InlineData(1, 20, 20)]
    public async Task Its_latency_decides_how_many_blobs_are_read_at_once(int milliseconds, int? limit, int expected)
    {
        var time = new FakeTimeProvider();
        var blob = MemoryBlob.Random(1000);
        using var arrived = new SemaphoreSlim(0);
        var isFull = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (inside, most) = (0, 0);
        await using var server = LoopbackServer.Start(async exchange =>
        {
            if (!exchange.Path.Contains("/blobs/", StringComparison.Ordinal))
            {
                time.Advance(TimeSpan.FromMilliseconds(milliseconds));
                await exchange.RespondAsync(200, "{}");
                return;
            }

            lock (isFull)
            {
                most = Math.Max(most, ++inside);
            }

            arrived.Release();
            await isFull.Task;
            lock (isFull)
            {
                inside--;
            }

            await exchange.RespondAsync(200, blob.Content, "application/octet-stream");
        });
        var settings = limit is { } chosen ? RegistrySession.Quick with { ThrottleLimit = chosen } : RegistrySession.Quick;
        await using var session = new RegistrySession(settings, time);
        await session.Client.PingAsync(server.Address, cancellationToken: Token);
        Assert.Equal(expected, session.Client.Throttle);

        var repository = session.Repository(server.Address);
        var reads = Enumerable.Range(0, 24).Select(_ => Task.Run(async () =>
        {
            await using var stream = await repository.OpenBlobAsync(blob.Descriptor, 0, Token);
            await stream.CopyToAsync(Stream.Null, Token);
        })).ToArray();
        for (var number = 0; number < expected; number++)
        {
            await arrived.WaitAsync(Token);
        }

        isFull.SetResult();
        await Task.WhenAll(reads);
        Assert.Equal(expected, most);
    }

    [Fact]
    public async Task One_fast_response_determines_the_latency()
    {
        var time = new FakeTimeProvider();
        var latencies = new Queue<int>([40, 2, 40, 40]);
        await using var server = LoopbackServer.Start(exchange =>
        {
            time.Advance(TimeSpan.FromMilliseconds(latencies.Dequeue()));
            return exchange.RespondAsync(200, "{}");
        });
        await using var session = new RegistrySession(time: time);
        Assert.Equal(0, session.Client.Throttle);
        await session.Client.PingAsync(server.Address, cancellationToken: Token);
        await session.Client.PingAsync(server.Address, cancellationToken: Token);
        Assert.Empty(latencies.Skip(1));
        Assert.Equal(6, session.Client.Throttle);
    }
}
