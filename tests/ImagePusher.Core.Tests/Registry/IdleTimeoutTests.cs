using System.Globalization;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Hosts that send nothing, send slowly or cannot be reached, and announced bodies.</summary>
public sealed class IdleTimeoutTests
{
    private static readonly TestImage Image = TestImage.Of([1, 2, 3]);

    // Limits that never end on a clock without waits.
    private static readonly RegistrySettings Patient = new() { IdleTimeout = TimeSpan.FromDays(10), RetryInterval = TimeSpan.Zero };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_silent_connection_is_closed_after_the_idle_time()
    {
        var time = new FakeTimeProvider();
        await using var server = Serve(GiveAsync);
        await using var proxy = FaultProxy.Start(server.Address);
        var stalled = proxy.On("GET", "manifests").Take(1).StallResponse();
        await using var session = new RegistrySession(RegistrySession.Quick with { IdleTimeout = TimeSpan.FromSeconds(30) }, time);
        var pull = session.Repository(proxy.Address).ResolveAsync("1", Token);
        await stalled.Reached.WaitAsync(Token);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(pull.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        await pull;
        Assert.Contains("sent no data for 30 seconds", session.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callers_wait_concurrently_for_a_silent_host()
    {
        var time = new FakeTimeProvider();
        await using var server = Serve(GiveAsync);
        await using var proxy = FaultProxy.Start(server.Address);
        var stalled = proxy.On("GET", "^/v2/$").StallResponse();
        await using var session =
            new RegistrySession(RegistrySession.Quick with { IdleTimeout = TimeSpan.FromSeconds(30), PlainHttp = true }, time);
        var pulls = Enumerable.Range(0, 6)
            .Select(number => session.Repository(proxy.Address, $"a{number}", retries: 0).ResolveAsync("1", Token)).ToList();
        await stalled.Reached.WaitAsync(Token);
        time.Advance(TimeSpan.FromSeconds(31));

        // The first request served all waiting operations; after its failure the others send their requests concurrently, not one after the
        // other.
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
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var session = new RegistrySession(RegistrySession.Quick with { IdleTimeout = TimeSpan.FromSeconds(60) }, time);
        var blob = new MemoryBlob(MemoryBlob.Random(2_000_000).Content) { WriteSize = 100_000,
            BeforeWrite = _ => time.Advance(TimeSpan.FromSeconds(40)) };
        await session.Repository(registry.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(1, registry.Count("PATCH"));
    }

    [Fact]
    public async Task A_stalled_upload_is_canceled_and_resumed()
    {
        var time = new FakeTimeProvider();
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        var stalled = proxy.On("PATCH").Take(1).StallUp(1_000_000);
        await using var session = new RegistrySession(time: time);
        var blob = MemoryBlob.Random(30_000_000);
        var upload = session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        await stalled.Reached.WaitAsync(Token);
        while (!session.Log.Text.Contains("sent no data for 60 seconds", StringComparison.Ordinal))
        {
            // The connection's buffers take some more bytes, and each write starts the time again.
            time.Advance(TimeSpan.FromSeconds(61));
            await Task.Yield();
        }

        await upload;
        Assert.Equal(blob.Content, registry.ReadBlob(blob.TrueDigest.ToString()));
    }

    [Fact]
    public async Task A_stalled_manifest_is_canceled_after_the_idle_time()
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
            // The head and the first bytes may still be in transit; each read starts the time again.
            time.Advance(TimeSpan.FromSeconds(61));
            await Task.Yield();
        }

        await pull;
        // The clock may run on before the log is seen, and end the next request too.
        Assert.InRange(proxy.Count("GET", "manifests"), 2, 10);
    }

    [Fact]
    public async Task A_refused_connection_is_reported_after_one_retry()
    {
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryUnreachableException>(
            () => session.Repository("localhost:9").ResolveAsync("1", Token));
        Assert.Equal("Reading the manifest localhost:9/team/app:1 failed: localhost:9 refused the connection.", error.Message);
        Assert.Single(session.Log.Lines, line => line.Contains("attempt ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unknown_name_is_reported()
    {
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryUnreachableException>(
            () => session.Repository("no-such-host.invalid").ResolveAsync("1", Token));
        Assert.Contains("no-such-host.invalid was not found by name", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_untrusted_certificate_is_reported_immediately_with_the_recommended_action()
    {
        using var certificates = new TestCertificates();
        await using var server = LoopbackServer.Start(GiveAsync, certificates);
        await using var session = new RegistrySession(RegistrySession.Quick with { PlainHttp = false });
        var error = await Assert.ThrowsAsync<RegistryUnreachableException>(
            () => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains("could not be trusted", error.Message, StringComparison.Ordinal);
        Assert.Contains("certificate authority", error.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain(session.Log.Lines, line => line.Contains("attempt 2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task https_to_a_plain_server_says_PlainHttp()
    {
        await using var server = LoopbackServer.Start(GiveAsync);
        await using var session = new RegistrySession(RegistrySession.Quick with { PlainHttp = false });
        var error = await Assert.ThrowsAsync<RegistryUnreachableException>(
            () => session.Repository(server.Address, retries: 0).ResolveAsync("1", Token));
        Assert.Contains("plain http", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_early_413_is_a_response_and_not_a_lost_connection()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").If(request => long.Parse(request.Header("Content-Length") ?? "0", CultureInfo.InvariantCulture) > 8 << 20)
            .RespondEarly(413);
        await using var session = new RegistrySession();
        var blob = MemoryBlob.Random(30_000_000);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(413, proxy.RequestsOf("PATCH")[0].Status);
        Assert.Equal("100-continue", proxy.RequestsOf("PATCH")[0].Header("Expect"));
        Assert.Equal(blob.Content.Length, proxy.BytesUp());
        Assert.DoesNotContain("lost the connection", session.Log.Text, StringComparison.Ordinal);
    }

    // A registry that verifies a large blob gets more time, and a blob that arrives byte by byte less: neither applies without a limit.
    [Fact]
    public async Task Without_a_limit_no_transfer_is_canceled()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var session = new RegistrySession(RegistrySession.Quick with { IdleTimeout = Timeout.InfiniteTimeSpan });
        var repository = session.Repository(registry.Address, retries: 0);
        var blob = MemoryBlob.Random(12_000_000);
        await repository.WriteBlobAsync(blob, Token);
        await using var stream = await repository.OpenBlobAsync(blob.Descriptor, 0, Token);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Token);
        Assert.Equal(blob.Content, copy.ToArray());
        Assert.DoesNotContain("lost the connection", session.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Small_bodies_are_not_announced()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(1_000_000), Token);
        Assert.Null(proxy.RequestsOf("PATCH").Single().Header("Expect"));
    }

    [Fact]
    public async Task A_417_disables_the_announcement_for_the_host()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH").If(request => request.Header("Expect") is not null).RespondEarly(417);
        await using var session = new RegistrySession();
        await session.Repository(proxy.Address).WriteBlobAsync(MemoryBlob.Random(2_000_000), Token);
        await session.Repository(proxy.Address, "b").WriteBlobAsync(MemoryBlob.Random(2_000_000, 2), Token);
        Assert.Equal(["100-continue", null, null], proxy.RequestsOf("PATCH").Select(request => request.Header("Expect")));
    }

    private static Task GiveAsync(ServerExchange exchange) => exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType);

    // Answers GET /v2/ itself, and leaves the rest to the handler.
    private static LoopbackServer Serve(Func<ServerExchange, Task> handler) => LoopbackServer.Start(
        exchange => exchange.Path == "/v2/" ? exchange.RespondAsync(200, "{}") : handler(exchange));
}
