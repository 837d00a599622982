using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.Emulation;
using ImagePusher.TestSupport.Faults;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>interop.md §4: what is tried again, how long it waits, and what is not. A method a fact.</summary>
public sealed class Interop4_RetryTests
{
    private static readonly TestImage Image = TestImage.Of([1, 2, 3]);

    // Limits that never end on a clock without waits.
    private static readonly RegistryOptions Patient = new() { IdleTimeout = TimeSpan.FromDays(10), RetryInterval = TimeSpan.Zero };

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
    public async Task These_are_tried_again(int status)
    {
        var asked = 0;
        await using var server = Serve(exchange => ++asked < 3 ? exchange.AnswerAsync(status) : GiveAsync(exchange));
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
    public async Task These_are_not(int status)
    {
        var asked = 0;
        await using var server = Serve(exchange =>
        {
            asked++;
            return exchange.AnswerAsync(status);
        });
        await using var session = new RegistrySession();
        await Assert.ThrowsAnyAsync<ImagePusherException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData(503, typeof(RegistryUnavailableException))]
    [InlineData(429, typeof(RegistryRateLimitedException))]
    public async Task When_the_tries_are_used_up_the_last_failure_is_thrown(int status, Type type)
    {
        var asked = 0;
        await using var server = Serve(exchange =>
        {
            asked++;
            return exchange.AnswerAsync(status, """{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}""");
        });
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAnyAsync<RegistryException>(() => session.Repository(server.Address, retries: 2).ResolveAsync("1", Token));
        Assert.IsType(type, error);
        Assert.Contains("slow down", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task A_retry_count_of_0_means_one_try()
    {
        var asked = 0;
        await using var server = Serve(exchange =>
        {
            asked++;
            return exchange.AnswerAsync(503);
        });
        await using var session = new RegistrySession();
        await Assert.ThrowsAsync<RegistryUnavailableException>(() => session.Repository(server.Address, retries: 0).ResolveAsync("1", Token));
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
    public async Task Retry_After_is_obeyed_as_seconds_and_as_a_date_up_to_a_minute_or_the_interval_that_was_asked_for(
        bool isDate, int seconds, int expected, int interval = 50)
    {
        var time = new WaitlessTime();
        var asked = 0;
        await using var server = Serve(exchange =>
        {
            exchange.Add("Retry-After", isDate
                ? time.GetUtcNow().AddSeconds(seconds).ToString("R", CultureInfo.InvariantCulture)
                : seconds.ToString(CultureInfo.InvariantCulture));
            return ++asked < 2 ? exchange.AnswerAsync(429) : GiveAsync(exchange);
        });
        await using var session = new RegistrySession(Patient with { RetryInterval = TimeSpan.FromSeconds(interval) }, time);
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Equal(2, asked);

        // A date has whole seconds, and some pass until it is read.
        Assert.InRange(time.Waits.Sum(wait => wait.TotalSeconds), isDate && expected is 7 ? 4 : expected, expected);
    }

    [Fact]
    public async Task A_long_wait_is_told_as_a_warning_with_its_reason()
    {
        var asked = 0;
        await using var server = Serve(exchange =>
        {
            exchange.Add("Retry-After", "30");
            return ++asked < 2 ? exchange.AnswerAsync(429, """{"errors":[{"code":"TOOMANYREQUESTS","message":"pull rate limit"}]}""") : GiveAsync(exchange);
        });
        await using var session = new RegistrySession(Patient, new WaitlessTime());
        await session.Repository(server.Address).ResolveAsync("1", Token);
        var warning = Assert.Single(session.Log.Warnings);
        Assert.Contains("pull rate limit", warning, StringComparison.Ordinal);
        Assert.Contains("In 30 s", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pause_holds_for_all_that_is_asked_of_the_host_and_is_told_once()
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
            return exchange.AnswerAsync(429);
        });
        await using var session = new RegistrySession(Patient, time);
        var refused = new[] { "a", "b" }.Select(name => session.Repository(server.Address, name).ResolveAsync("1", Token)).ToArray();
        await UntilAsync(() => session.Log.Lines.Count(line => line.Contains("In 30 s", StringComparison.Ordinal)) == 2);
        isLimited = false;
        var late = session.Repository(server.Address, "c").ResolveAsync("1", Token);
        await UntilAsync(() => late.IsCompleted || session.Log.Text.Contains("asked for a pause; going on in 30 s", StringComparison.Ordinal));
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal([0, 0], arrivals);
        var all = Task.WhenAll([.. refused, late]);
        await UntilAsync(() =>
        {
            // A wait is told a moment before it begins.
            time.Advance(TimeSpan.FromSeconds(1));
            return all.IsCompleted;
        });
        await all;
        Assert.Equal(5, arrivals.Count);
        Assert.All(arrivals.Skip(2), second => Assert.True(second >= 30, $"asked after {second} s"));
        Assert.Single(session.Log.Warnings);
    }

    [Fact]
    public async Task The_waits_grow_exponentially_with_jitter()
    {
        await using var server = Serve(exchange => exchange.AnswerAsync(503));
        var time = new WaitlessTime();
        await using var session = new RegistrySession(Patient with { RetryInterval = TimeSpan.FromSeconds(2), MaximumRetryCount = 6 }, time);
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
    public async Task A_lost_connection_is_tried_again(CutKind kind)
    {
        await using var server = Serve(GiveAsync);
        await using var proxy = FaultProxy.Start(server.Address);
        proxy.On("GET", "manifests").Take(2).DropRequest(kind);
        proxy.On("GET", "manifests").Nth(3).LoseAnswer(kind);
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address).ResolveAsync("1", Token);
    }

    [Fact]
    public async Task A_manifest_cut_in_the_middle_is_read_again()
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
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        var repository = session.Repository(proxy.Address);
        var manifest = Manifest.Parse(Image.Manifest);
        await repository.WriteBlobAsync(new MemoryBlob(Image.Config), Token);
        await repository.WriteBlobAsync(new MemoryBlob(Image.Layers[0]), Token);
        proxy.On("PUT", "manifests").Take(1).LoseAnswer();
        await repository.PutManifestAsync(manifest, Token);
        Assert.Equal(2, proxy.Count("PUT", "manifests"));
    }

    [Fact]
    public async Task A_silent_connection_is_given_up_after_the_idle_time()
    {
        var time = new FakeTimeProvider();
        await using var server = Serve(GiveAsync);
        await using var proxy = FaultProxy.Start(server.Address);
        var stalled = proxy.On("GET", "manifests").Take(1).StallAnswer();
        await using var session = new RegistrySession(RegistrySession.Quick with { IdleTimeout = TimeSpan.FromSeconds(30) }, time);
        var pull = session.Repository(proxy.Address).ResolveAsync("1", Token);
        await stalled.Reached.WaitAsync(Token);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(pull.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        await pull;
        Assert.Contains("was silent for 30 seconds", session.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Those_who_wait_for_a_silent_host_wait_together()
    {
        var time = new FakeTimeProvider();
        await using var server = Serve(GiveAsync);
        await using var proxy = FaultProxy.Start(server.Address);
        var stalled = proxy.On("GET", "^/v2/$").StallAnswer();
        await using var session = new RegistrySession(RegistrySession.Quick with { IdleTimeout = TimeSpan.FromSeconds(30), PlainHttp = true }, time);
        var pulls = Enumerable.Range(0, 6).Select(number => session.Repository(proxy.Address, $"a{number}", retries: 0).ResolveAsync("1", Token)).ToList();
        await stalled.Reached.WaitAsync(Token);
        time.Advance(TimeSpan.FromSeconds(31));

        // The first one asked for all; when it has failed the others ask at once, and not one after the other.
        await stalled.ReachedTimes(6).WaitAsync(TimeSpan.FromSeconds(20), Token);
        time.Advance(TimeSpan.FromSeconds(31));
        foreach (var (pull, number) in pulls.Select((pull, number) => (pull, number)))
        {
            var error = await Assert.ThrowsAsync<RegistryUnreachableException>(() => pull);
            Assert.Contains($"/a{number}:1 failed", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_slow_upload_has_no_time_limit_as_a_whole()
    {
        // Each piece takes 40 of the allowed 60 seconds by the session's clock; all of it many minutes.
        var time = new FakeTimeProvider();
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var session = new RegistrySession(RegistrySession.Quick with { IdleTimeout = TimeSpan.FromSeconds(60) }, time);
        var blob = new MemoryBlob(MemoryBlob.Random(2_000_000).Content) { WriteSize = 100_000, BeforeWrite = _ => time.Advance(TimeSpan.FromSeconds(40)) };
        await session.Repository(registry.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(1, registry.Count("PATCH"));
    }

    [Fact]
    public async Task An_upload_that_stalls_is_given_up_and_goes_on()
    {
        var time = new FakeTimeProvider();
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        var stalled = proxy.On("PATCH").Take(1).StallUp(1_000_000);
        await using var session = new RegistrySession(time: time);
        var blob = MemoryBlob.Random(30_000_000);
        var upload = session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        await stalled.Reached.WaitAsync(Token);
        while (!session.Log.Text.Contains("was silent for 60 seconds", StringComparison.Ordinal))
        {
            // The connection's buffers take some more bytes, and each write begins the time anew.
            time.Advance(TimeSpan.FromSeconds(61));
            await Task.Yield();
        }

        await upload;
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    public async Task A_push_and_a_pull_survive_bursts_on_any_of_their_requests(int status)
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        var bursts = proxy.On("*").Sometimes(0.3, status).Answer(status).WithRetryAfter(TimeSpan.Zero);
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

    [Fact]
    public async Task A_manifest_that_stops_in_the_middle_is_given_up_after_the_idle_time()
    {
        var time = new FakeTimeProvider();
        await using var server = Serve(GiveAsync);
        await using var proxy = FaultProxy.Start(server.Address);
        var stalled = proxy.On("GET", "manifests").Take(1).StallDown(20);
        await using var session = new RegistrySession(time: time);
        var pull = session.Repository(proxy.Address).ResolveAsync("1", Token);
        await stalled.Reached.WaitAsync(Token);
        while (!session.Log.Text.Contains("for 60 seconds", StringComparison.Ordinal))
        {
            // The head and the first bytes may be on their way still; each read begins the time anew.
            time.Advance(TimeSpan.FromSeconds(61));
            await Task.Yield();
        }

        await pull;
        Assert.InRange(proxy.Count("GET", "manifests"), 2, 4);
    }

    [Fact]
    public async Task Nobody_at_the_address_is_told_after_one_more_try()
    {
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryUnreachableException>(() => session.Repository("localhost:9").ResolveAsync("1", Token));
        Assert.Equal("Reading the manifest localhost:9/team/app:1 failed: localhost:9 refused the connection.", error.Message);
        Assert.Single(session.Log.Lines, line => line.Contains("try ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unknown_name_is_told()
    {
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryUnreachableException>(() => session.Repository("no-such-host.invalid").ResolveAsync("1", Token));
        Assert.Contains("no-such-host.invalid was not found by name", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_told_at_once_with_the_cure()
    {
        using var certificates = new TestCertificates();
        await using var server = LoopbackServer.Start(GiveAsync, certificates);
        await using var session = new RegistrySession(RegistrySession.Quick with { PlainHttp = false });
        var error = await Assert.ThrowsAsync<RegistryUnreachableException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains("could not be trusted", error.Message, StringComparison.Ordinal);
        Assert.Contains("-CertificateAuthority", error.Cure, StringComparison.Ordinal);
        Assert.DoesNotContain(session.Log.Lines, line => line.Contains("try 2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task https_to_a_plain_server_says_PlainHttp()
    {
        await using var server = LoopbackServer.Start(GiveAsync);
        await using var session = new RegistrySession(RegistrySession.Quick with { PlainHttp = false });
        var error = await Assert.ThrowsAsync<RegistryUnreachableException>(() => session.Repository(server.Address, retries: 0).ResolveAsync("1", Token));
        Assert.Contains("-PlainHttp", error.Cure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_early_413_is_an_answer_and_no_lost_connection()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").If(request => long.Parse(request.Header("Content-Length") ?? "0", CultureInfo.InvariantCulture) > 8 << 20).AnswerEarly(413);
        await using var session = new RegistrySession();
        var watch = Stopwatch.StartNew();
        var blob = MemoryBlob.Random(30_000_000);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(413, proxy.RequestsOf("PATCH")[0].Status);
        Assert.Equal("100-continue", proxy.RequestsOf("PATCH")[0].Header("Expect"));
        Assert.Equal(blob.Content.Length, proxy.BytesUp());
        Assert.DoesNotContain("lost the connection", session.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Small_bodies_are_not_announced()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(1_000_000), Token);
        Assert.Null(proxy.RequestsOf("PATCH").Single().Header("Expect"));
    }

    [Fact]
    public async Task A_417_switches_the_announcement_off_for_the_host()
    {
        await using var registry = EmulatedRegistry.Start(Personality.ByTheBook);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").If(request => request.Header("Expect") is not null).AnswerEarly(417);
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(2_000_000), Token);
        await session.Repository(proxy.Address, "b").WriteBlobAsync(MemoryBlob.Random(2_000_000, 2), Token);
        Assert.Equal(["100-continue", null, null], proxy.RequestsOf("PATCH").Select(request => request.Header("Expect")));
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        while (!isSo())
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static Task GiveAsync(ServerExchange exchange) => exchange.AnswerAsync(200, Image.Manifest, TestImage.ManifestType);

    // Answers GET /v2/ itself, and leaves the rest to the handler.
    private static LoopbackServer Serve(Func<ServerExchange, Task> handler) => LoopbackServer.Start(
        exchange => exchange.Path == "/v2/" ? exchange.AnswerAsync(200, "{}") : handler(exchange));
}
