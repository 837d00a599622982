using System.Collections.Concurrent;
using System.Globalization;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>The failures that are retried, the delay, and the number of retries.</summary>
public sealed class RetryTests
{
    private static readonly TestImage Image = TestImage.Of([1, 2, 3]);

    // Limits that never end on a clock without waits.
    private static readonly RegistrySettings Patient = new() { IdleTimeout = TimeSpan.FromDays(10), RetryInterval = TimeSpan.Zero };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(408)]
    [InlineData(425)]
    [InlineData(429)]
    [InlineData(499)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(522)]
    public async Task Transient_failures_are_retried(int status)
    {
        var asked = 0;
        await using var server = Serve(exchange => ++asked < 3 ? exchange.RespondAsync(status) : GiveAsync(exchange));
        await using var session = new RegistrySession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Equal(3, asked);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(501)]
    public async Task Other_failures_are_not_retried(int status)
    {
        var asked = 0;
        await using var server = Serve(exchange =>
        {
            asked++;
            return exchange.RespondAsync(status);
        });
        await using var session = new RegistrySession();
        await Assert.ThrowsAnyAsync<ImagePusherException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData(503, typeof(RegistryUnavailableException))]
    [InlineData(429, typeof(RegistryRateLimitedException))]
    public async Task After_the_last_attempt_its_failure_is_thrown(int status, Type type)
    {
        var asked = 0;
        await using var server = Serve(exchange =>
        {
            asked++;
            return exchange.RespondAsync(status, """{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}""");
        });
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAnyAsync<RegistryException>(
            () => session.Repository(server.Address, retries: 2).ResolveAsync("1", Token));
        Assert.IsType(type, error);
        Assert.Contains("slow down", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task A_retry_count_of_0_means_one_attempt()
    {
        var asked = 0;
        await using var server = Serve(exchange =>
        {
            asked++;
            return exchange.RespondAsync(503);
        });
        await using var session = new RegistrySession();
        await Assert.ThrowsAsync<RegistryUnavailableException>(
            () => session.Repository(server.Address, retries: 0).ResolveAsync("1", Token));
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData(false, 7, 7)]
    [InlineData(true, 7, 7)]
    [InlineData(false, 3600, 60)]
    [InlineData(true, 3600, 60)]
    [InlineData(true, -100, 0)]
    [InlineData(false, 900, 900, 1800)]
    [InlineData(false, 3600, 1800, 1800)]
    public async Task Retry_After_is_respected_as_seconds_and_as_a_date_up_to_a_minute_or_the_specified_interval(
        bool isDate, int seconds, int expected, int interval = 50)
    {
        var time = new InstantTimeProvider();
        var asked = 0;
        await using var server = Serve(exchange =>
        {
            exchange.Add("Retry-After", isDate
                ? time.GetUtcNow().AddSeconds(seconds).ToString("R", CultureInfo.InvariantCulture)
                : seconds.ToString(CultureInfo.InvariantCulture));
            return ++asked < 2 ? exchange.RespondAsync(429) : GiveAsync(exchange);
        });
        await using var session = new RegistrySession(Patient with { RetryInterval = TimeSpan.FromSeconds(interval) }, time);
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Equal(2, asked);

        // A date has whole seconds, and some pass until it is read.
        Assert.InRange(time.Waits.Sum(wait => wait.TotalSeconds), isDate && expected is 7 ? 4 : expected, expected);
    }

    [Fact]
    public async Task A_long_wait_is_reported_as_a_warning_with_its_reason()
    {
        var asked = 0;
        await using var server = Serve(exchange =>
        {
            exchange.Add("Retry-After", "30");
            return ++asked < 2 ? exchange.RespondAsync(429, """{"errors":[{"code":"TOOMANYREQUESTS","message":"pull rate limit"}]}""")
                : GiveAsync(exchange);
        });
        await using var session = new RegistrySession(Patient, new InstantTimeProvider());
        await session.Repository(server.Address).ResolveAsync("1", Token);
        var warning = Assert.Single(session.Log.Warnings);
        Assert.Contains("pull rate limit", warning, StringComparison.Ordinal);
        Assert.Contains("In 30 s", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pause_applies_to_all_requests_to_the_host_and_is_reported_once()
    {
        var time = new FakeTimeProvider();
        var (start, arrivals) = (time.GetUtcNow(), new ConcurrentQueue<double>());
        var isLimited = true;
        await using var server = Serve(exchange =>
        {
            arrivals.Enqueue((time.GetUtcNow() - start).TotalSeconds);
            if (!isLimited)
            {
                return GiveAsync(exchange);
            }

            exchange.Add("Retry-After", "30");
            return exchange.RespondAsync(429);
        });
        await using var session = new RegistrySession(Patient, time);
        var refused = new[] { "a", "b" }.Select(name => session.Repository(server.Address, name).ResolveAsync("1", Token)).ToArray();
        await UntilAsync(() => session.Log.Lines.Count(line => line.Contains("In 30 s", StringComparison.Ordinal)) == 2);
        isLimited = false;
        var late = session.Repository(server.Address, "c").ResolveAsync("1", Token);
        await UntilAsync(() => late.IsCompleted
            || session.Log.Text.Contains("asked for a pause; continuing in 30 s", StringComparison.Ordinal));
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal([0, 0], arrivals);
        var all = Task.WhenAll([.. refused, late]);
        await UntilAsync(() =>
        {
            // A wait is logged just before it starts.
            time.Advance(TimeSpan.FromSeconds(1));
            return all.IsCompleted;
        });
        await all;
        Assert.Equal(5, arrivals.Count);
        Assert.All(arrivals.Skip(2), second => Assert.True(second >= 30, $"asked after {second} s"));
        Assert.Single(session.Log.Warnings);
    }

    [Fact]
    public async Task Delays_grow_exponentially_with_jitter()
    {
        await using var server = Serve(exchange => exchange.RespondAsync(503));
        var time = new InstantTimeProvider();
        await using var session =
            new RegistrySession(Patient with { RetryInterval = TimeSpan.FromSeconds(2), MaximumRetryCount = 6 }, time);
        await Assert.ThrowsAsync<RegistryUnavailableException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Equal(6, time.Waits.Count);
        Assert.InRange(time.Waits[0].TotalSeconds, 0, 6);
        Assert.InRange(time.Waits.Sum(wait => wait.TotalSeconds), 20, 240);
        Assert.True(time.Waits[^1] > time.Waits[0]);
        Assert.Distinct(time.Waits);
    }

    [Theory]
    [InlineData(CutKind.Reset)]
    [InlineData(CutKind.Close)]
    public async Task A_lost_connection_is_retried(CutKind kind)
    {
        await using var server = Serve(GiveAsync);
        await using var proxy = FaultProxy.Start(server.Address);
        proxy.On("GET", "manifests").Take(2).DropRequest(kind);
        proxy.On("GET", "manifests").Nth(3).LoseResponse(kind);
        await using var session = new RegistrySession();
        Assert.Equal(Image.Digest, (await session.Repository(proxy.Address).ResolveAsync("1", Token)).Digest.ToString());
        Assert.Equal(4, proxy.Count("GET", "manifests"));
    }

    [Fact]
    public async Task An_interrupted_manifest_is_read_again()
    {
        await using var server = Serve(GiveAsync);
        await using var proxy = FaultProxy.Start(server.Address);
        proxy.On("GET", "manifests").Take(1).CutDown(20);
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address).ResolveAsync("1", Token);
        Assert.Equal(2, proxy.Count("GET", "manifests"));
    }

    [Fact]
    public async Task A_pushed_manifest_is_sent_again_after_a_lost_answer()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var repository = session.Repository(proxy.Address);
        var manifest = Manifest.Parse(Image.Manifest);
        await repository.WriteBlobAsync(new MemoryBlob(Image.Config), Token);
        await repository.WriteBlobAsync(new MemoryBlob(Image.Layers[0]), Token);
        proxy.On("PUT", "manifests").Take(1).LoseResponse();
        await repository.PutManifestAsync(manifest, Token);
        Assert.Equal(2, proxy.Count("PUT", "manifests"));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    public async Task A_push_and_a_pull_succeed_with_bursts_on_any_request(int status)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        var bursts = proxy.On("*").Sometimes(0.3, status).Respond(status).WithRetryAfter(TimeSpan.Zero);
        await using var session = new RegistrySession(RegistrySession.Quick with { MaximumRetryCount = 10 });
        var repository = session.Repository(proxy.Address);
        foreach (var blob in Image.Layers.Append(Image.Config))
        {
            await repository.WriteBlobAsync(new MemoryBlob(blob), Token);
        }

        await repository.PutManifestAsync(Manifest.Parse(Image.Manifest), Token);
        for (var round = 0; round < 10; round++)
        {
            Assert.Equal(Image.Digest, (await repository.ResolveAsync(Image.Digest, Token)).Digest.ToString());
            await using var stream = await repository.OpenBlobAsync(new MemoryBlob(Image.Layers[0]).Descriptor, 0, Token);
            await stream.CopyToAsync(Stream.Null, Token);
        }

        Assert.InRange(bursts.Hits, 5, 40);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        while (!isSo())
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static Task GiveAsync(ServerExchange exchange) => exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType);

    // Answers GET /v2/ itself, and leaves the rest to the handler.
    private static LoopbackServer Serve(Func<ServerExchange, Task> handler) => LoopbackServer.Start(
        exchange => exchange.Path == "/v2/" ? exchange.RespondAsync(200, "{}") : handler(exchange));
}
