using ImagePusher.Core.Registry;
using ImagePusher.Core.Sync;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Sync;

/// <summary>Copies are held back while a registry allows fewer pulls than a minimum.</summary>
public sealed class RateLimitGateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_waits_until_enough_pulls_remain()
    {
        var remaining = new Queue<int>([4, 9, 12]);
        await using var server = LoopbackServer.Start(exchange =>
            exchange.Path.Contains("/manifests/", StringComparison.Ordinal) ? Answer(exchange, remaining.Dequeue())
                : exchange.RespondAsync(200, "{}"));
        var (time, pause) = (new ObservedTime(), TimeSpan.FromMinutes(15));
        await using var client = new RegistryClient();
        var log = new RecordingLogger();
        var waiting = new RateLimitGate(time, log).EnterAsync(
            client.GetRepository(server.Address, "app"), "1.0", new RateLimitRule(10, Stops: false, pause), Token);
        for (var wait = 1; wait <= 2; wait++)
        {
            await time.StartedAsync(pause, 1, Token);
            Assert.False(waiting.IsCompleted);
            Assert.Equal(wait, log.Warnings.Count);
            time.Advance(pause);
        }

        await waiting;
        Assert.Empty(remaining);
    }

    [Fact]
    public async Task It_stops_if_requested_and_continues_without_a_reported_limit()
    {
        await using var server = LoopbackServer.Start(exchange => Answer(exchange, 4));
        await using var silent = LoopbackServer.Start(exchange => exchange.RespondAsync(200, ""));
        await using var client = new RegistryClient();
        var gate = new RateLimitGate(TimeProvider.System, new RecordingLogger());
        var rule = new RateLimitRule(10, Stops: true, TimeSpan.FromMinutes(15));
        var error = await Assert.ThrowsAsync<RegistryRateLimitedException>(
            () => gate.EnterAsync(client.GetRepository(server.Address, "app"), "1.0", rule, Token));
        Assert.Contains("allows 4 more pulls; the minimum is 10", error.Message, StringComparison.Ordinal);
        await gate.EnterAsync(client.GetRepository(silent.Address, "app"), "1.0", rule, Token);
        await gate.EnterAsync(client.GetRepository(server.Address, "app"), "1.0", rule with { Minimum = 4 }, Token);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(900)]
    [InlineData(86_400)]
    public async Task It_stops_after_a_day_and_never_sends_requests_without_a_pause(int seconds)
    {
        await using var server = LoopbackServer.Start(exchange => Answer(exchange, 4));
        await using var client = new RegistryClient();
        var (time, log) = (new ObservedTime(), new RecordingLogger());
        var waiting = new RateLimitGate(time, log).EnterAsync(
            client.GetRepository(server.Address, "app"), "1.0", new RateLimitRule(10, Stops: false, TimeSpan.FromSeconds(seconds)), Token);
        await time.StartedAsync(TimeSpan.FromSeconds(Math.Max(1, seconds)), 1, Token);
        Assert.Single(log.Warnings);
        time.Advance(TimeSpan.FromDays(1));
        await Assert.ThrowsAsync<RegistryRateLimitedException>(() => waiting);
        Assert.Single(log.Warnings);
    }

    [Fact]
    public async Task It_does_not_wait_if_the_limit_is_below_the_minimum()
    {
        await using var server = LoopbackServer.Start(exchange => Answer(exchange, 100));
        await using var client = new RegistryClient();
        var error = await Assert.ThrowsAsync<RegistryRateLimitedException>(
            () => new RateLimitGate(TimeProvider.System, new RecordingLogger()).EnterAsync(
            client.GetRepository(server.Address, "app"), "1.0", new RateLimitRule(101, Stops: false, TimeSpan.FromMinutes(15)), Token));
        Assert.Contains("never allows more than 100 pulls; the minimum is 101", error.Message, StringComparison.Ordinal);
    }

    private static Task Answer(ServerExchange exchange, int remaining)
    {
        exchange.Add("ratelimit-limit", "100;w=21600");
        exchange.Add("ratelimit-remaining", $"{remaining};w=21600");
        return exchange.RespondAsync(200, "");
    }
}
