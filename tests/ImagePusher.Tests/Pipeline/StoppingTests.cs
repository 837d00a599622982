using System.Diagnostics;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Pipeline;

/// <summary>However a pipeline ends early, no worker is left, incomplete images get no name, and the next try succeeds.</summary>
public sealed class StoppingTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private const int LargeLayer = 8_000_000;

    // The large layer takes five seconds: enough time to stop it, and a short wait for data already sent.
    private const int Drop = 32 * 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Push-ImageTar $large -Destination $registry")]
    [InlineData("Get-CachedImage | Push-CachedImage -Destination $registry")]
    [InlineData("Push-CachedImage example.com/large:1 -Destination $registry -ThrottleLimit 1")]
    [InlineData("Import-ImageTar $large | Push-CachedImage -Destination $registry")]
    public async Task Ctrl_C_during_a_push(string script)
    {
        var registry = await registries.OpenAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        using var engine = Engine(proxy);
        await engine.OutputAsync("Import-ImageTar $large", Token);
        var outcome = await StopAsync(engine, script, proxy, proxy.On("PATCH|PUT", "/blobs/").DripUp(Drop, Pause));
        Assert.Empty(outcome.Output);
        Assert.Equal(0, await registry.CountAsync("PUT", "/manifests/", Token));

        proxy.ClearRules();
        var result = await engine.SingleAsync(script, Token);
        Assert.Equal(result.Digest, (await RawManifest.OfRegistryAsync(registry, "large", "1", Token)).Digest);
        Assert.Equal(1, (int)result.Uploaded);
        Assert.True(await engine.SingleAsync("Test-CachedImage * -Full -Quiet", Token));
    }

    [Fact]
    public async Task Ctrl_C_during_a_save()
    {
        var registry = await registries.OpenAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        using var engine = Engine(proxy);
        var pushed = await engine.SingleAsync("Push-ImageTar $large -Destination $registry", Token);
        var outcome = await StopAsync(
            engine, "Save-ImageToCache $registry/large:1", proxy, proxy.On("GET", "/blobs/").DripDown(Drop, Pause));
        Assert.Empty(outcome.Output);
        Assert.Empty(await engine.OutputAsync("Get-CachedImage", Token));

        proxy.ClearRules();
        var saved = await engine.SingleAsync("Save-ImageToCache $registry/large:1", Token);
        Assert.Equal(pushed.Digest, saved.Digest);
        Assert.True(await engine.SingleAsync("Test-CachedImage * -Full -Quiet", Token));
    }

    [Fact]
    public async Task Ctrl_C_during_a_copy_between_registries()
    {
        var registry = await registries.OpenAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        using var engine = Engine(proxy);

        // Under the registry's own port, so that no mount source is known.
        engine["other"] = registry.Address;
        var pushed = await engine.SingleAsync("Push-ImageTar $large -Destination $other", Token);
        const string script = "Copy-RegistryImage $other/large:1 -Destination $registry/copy:1";
        await StopAsync(engine, script, proxy, proxy.On("PATCH|PUT", "/v2/copy/blobs/").DripUp(Drop, Pause));

        proxy.ClearRules();
        Assert.Equal(pushed.Digest, (await engine.SingleAsync(script, Token)).Digest);
    }

    [Theory]
    [InlineData("Get-RegistryManifest $registry/large:1")]
    [InlineData("Push-ImageTar $large -Destination $registry")]
    [InlineData("Save-ImageToCache $registry/large:1")]
    [InlineData("Connect-Registry $registry")]
    public async Task Ctrl_C_while_the_registry_does_not_respond(string script)
    {
        var registry = await registries.OpenAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        using var engine = Engine(proxy);
        var stalls = proxy.On("*").StallResponse();
        var running = engine.Start(script, Token);
        await stalls.Reached.SoonAsync();
        await StopsInTimeAsync(running);
        proxy.Release();
        await proxy.Idle.SoonAsync();
    }

    [Fact]
    public async Task Ctrl_C_while_a_failed_request_waits_for_its_next_attempt()
    {
        var registry = await registries.OpenAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        using var engine = Engine(proxy);
        var busy = proxy.On("GET", "/manifests/").Respond(503).WithRetryAfter(TimeSpan.FromSeconds(50));
        var running = engine.Start("Get-RegistryManifest $registry/large:1", Token);
        await busy.Reached.SoonAsync();
        await proxy.Idle.SoonAsync();
        await StopsInTimeAsync(running);
        Assert.Equal(1, busy.Hits);
    }

    [Theory]
    [InlineData("$all | Push-ImageTar -Destination $registry | ForEach-Object { throw 'downstream' }", "downstream")]
    [InlineData("$all | Push-ImageTar -Destination $registry | Select-Object -First 1", null)]
    [InlineData("Push-ImageTar $all -Destination $registry | Select-Object -First 1", null)]
    [InlineData("while ($true) { $all | Push-ImageTar -Destination $registry | ForEach-Object { $_; break } }", null)]
    [InlineData("Get-CachedImage | Push-CachedImage -Destination $registry | Select-Object -First 1", null)]
    [InlineData("Get-CachedImage | Push-CachedImage -Destination $registry | ForEach-Object { throw 'downstream' }", "downstream")]
    [InlineData("'first', 'large' | ForEach-Object { \"$registry/${_}:1\" } | Save-ImageToCache | Select-Object -First 1", null)]
    public async Task A_later_command_that_ends_the_pipeline_ends_work_in_progress(string script, string? terminates)
    {
        var registry = await registries.OpenAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        using var engine = Engine(proxy);
        var isSave = script.Contains("Save-", StringComparison.Ordinal);
        if (script.Contains("Get-CachedImage", StringComparison.Ordinal))
        {
            await engine.OutputAsync("Import-ImageTar $all", Token);
        }

        if (isSave)
        {
            await engine.OutputAsync("Push-ImageTar $all -Destination $registry", Token);
            proxy.On("GET", "/v2/large/blobs/").DripDown(Drop, Pause);
        }

        // The first image completes while the second one is in progress, and ends it.
        var second = isSave ? proxy.On("GET", "/v2/large/manifests/") : proxy.On("PATCH|PUT", "/v2/large/blobs/").DripUp(Drop, Pause);
        var first = isSave ? proxy.On("GET", "/v2/first/manifests/").StallResponse()
            : proxy.On("PUT", "/v2/first/manifests/").StallResponse();
        using var active = new ActiveRequests(proxy.Address);
        var running = engine.Start(script, Token);
        await Task.WhenAll(first.Reached, second.Reached).SoonAsync();
        var watch = Stopwatch.StartNew();
        proxy.Release();
        var outcome = await running.Completion.SoonAsync();
        Assert.Equal(0, active.Count);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Limit);
        await proxy.Idle.SoonAsync();

        Assert.Equal(terminates, outcome.Terminating?.Exception.Message);
        Assert.Empty(outcome.Errors);
        Assert.Equal(terminates is null ? 1 : 0, outcome.Output.Count);
        if (!isSave)
        {
            Assert.Equal(0, await registry.CountAsync("PUT", "/v2/large/manifests/", Token));
        }

        proxy.ClearRules();
        var again = script.Split(" | Select-Object")[0].Split(" | ForEach-Object { $_; break")[0].Split(" | ForEach-Object { throw")[0];
        Assert.Equal(2, (await engine.OutputAsync(again.Replace("while ($true) { ", "", StringComparison.Ordinal), Token)).Count);
    }

    [Fact]
    public async Task An_input_after_the_end_of_the_pipeline_is_not_started()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine
        {
            ["tars"] = new[] { _images.Write("one"), _images.Write("two"), _images.Write("three") },
            ["registry"] = registry.Address,
        };
        var output = await engine.OutputAsync("$tars | Push-ImageTar -Destination $registry -ThrottleLimit 1 | Select-Object -First 1",
            Token);
        Assert.EndsWith("/one:1", (string)((dynamic)Assert.Single(output)).Reference, StringComparison.Ordinal);
        Assert.DoesNotContain(await registry.RequestsAsync(Token),
            request => request.Path.Contains("/two/", StringComparison.Ordinal)
                || request.Path.Contains("/three/", StringComparison.Ordinal));
    }

    public void Dispose() => _images.Dispose();

    private Engine Engine(FaultProxy proxy) => new()
    {
        ["large"] = _images.Write("large", LargeLayer),
        ["all"] = new[] { _images.Write("first"), _images.Write("large", LargeLayer) },
        ["registry"] = proxy.Address,
    };

    private static async Task<Outcome> StopAsync(Engine engine, string script, FaultProxy proxy, FaultRule drips)
    {
        using var active = new ActiveRequests(proxy.Address);
        var running = engine.Start(script, Token);
        await drips.Reached.SoonAsync();
        Assert.NotEqual(0, active.Count + proxy.Count("GET", "/blobs/"));
        var outcome = await StopsInTimeAsync(running);
        Assert.Equal(0, active.Count);
        await proxy.Idle.SoonAsync();
        return outcome;
    }

    private static async Task<Outcome> StopsInTimeAsync(RunningScript running)
    {
        Assert.False(running.Completion.IsCompleted, "The script ended before it could be stopped.");
        var watch = Stopwatch.StartNew();
        await running.StopAsync().SoonAsync();
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Limit);
        var outcome = await running.Completion.SoonAsync();
        Assert.True(outcome.WasStopped);
        Assert.Empty(outcome.Errors);
        return outcome;
    }
}
