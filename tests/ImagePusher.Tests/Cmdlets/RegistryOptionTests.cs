using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Cmdlets;

/// <summary>Each option of Set-RegistryOption, and each of a call, has the effect that it names; asserted on the wire.</summary>
public sealed class RegistryOptionTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _images.Dispose();

    [Fact]
    public async Task UploadForm_and_ChunkSize_make_chunks()
    {
        await using var proxy = await StartAsync();
        using var engine = NewEngine(proxy.Address, 1_000_000);
        await engine.OutputAsync(
            "Set-RegistryOption $registry -UploadForm Chunked -ChunkSize 300000; Push-ImageTar $tar -Destination $registry", Token);
        Assert.Equal(["0-299999", "300000-599999", "600000-899999"],
            proxy.RequestsOf("PATCH").Where(request => request.BytesUp == 300_000).Select(request => request.Header("Content-Range")));
    }

    [Theory]
    [InlineData("Whole")]
    [InlineData("whole")]
    [InlineData("Monolithic")]
    public async Task The_former_name_of_a_monolithic_upload_is_accepted(string form)
    {
        await using var proxy = await StartAsync();
        using var engine = NewEngine(proxy.Address, 2_000_000);
        await engine.OutputAsync(
            $"Set-RegistryOption $registry -UploadForm {form}; Push-ImageTar $tar -Destination $registry -Compression None", Token);
        Assert.Empty(proxy.RequestsOf("PATCH"));
        Assert.Equal("Monolithic", $"{await engine.SingleAsync("(Get-RegistryOption $registry).UploadForm", Token)}");
    }

    [Fact]
    public async Task PathPrefix_is_put_before_the_repository()
    {
        await using var proxy = await StartAsync();
        using var engine = NewEngine(proxy.Address);
        var result = await engine.SingleAsync(
            "Set-RegistryOption $registry -PathPrefix /hub/proxy/; Push-ImageTar $tar -Destination $registry", Token);
        Assert.Equal($"{proxy.Address}/good:1", (string)result.Reference);
        Assert.Equal("/v2/hub/proxy/good/manifests/1", proxy.RequestsOf("PUT", "manifests").Single().Target);
        await engine.OutputAsync("Set-RegistryOption $registry -PathPrefix ''", Token);
        await engine.FailsAsync("Get-RegistryManifest $registry/good:1", "ManifestNotFound");
    }

    [Fact]
    public async Task AllowedHost_is_kept_for_the_registry_until_it_is_emptied()
    {
        using var engine = new Engine();
        const string set = "Set-RegistryOption registry.example.com -PassThru";
        Assert.Equal(
            "storage.internal 10.0.0.0/8",
            (string)await engine.SingleAsync($"[string] ({set} -AllowedHost storage.internal, 10.0.0.0/8).AllowedHost", Token));
        Assert.Equal(2, (int)await engine.SingleAsync($"({set} -ThrottleLimit 2).AllowedHost.Count", Token));
        Assert.Equal(0, (int)await engine.SingleAsync($"({set} -AllowedHost @()).AllowedHost.Count", Token));
        Assert.Equal(0, (int)await engine.SingleAsync("(Get-RegistryOption).AllowedHost.Count", Token));
    }

    [Theory]
    [InlineData("-PlainHttp")]
    [InlineData("-MaximumRetryCount 2")]
    [InlineData("-AllowedHost storage.internal")]
    [InlineData("-UploadForm Chunked -ChunkSize 300000")]
    public async Task A_default_ThrottleLimit_still_follows_the_latency(string other)
    {
        // The registry is far, and responds only when it has more requests at once than a near one gets.
        var image = TestImage.Of([1]);
        var (asked, isFull) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var server = LoopbackServer.Start(async exchange =>
        {
            if (exchange.Path == "/v2/")
            {
                await exchange.RespondAsync(200, "{}");
                return;
            }

            if (exchange.Path.Contains("/team/", StringComparison.Ordinal) && Interlocked.Increment(ref asked) == 12)
            {
                isFull.SetResult();
            }

            await isFull.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
            exchange.Add("Docker-Content-Digest", image.Digest);
            await exchange.RespondAsync(200, image.Manifest, TestImage.ManifestType);
        });
        await using var far = FaultProxy.Start(server.Address);
        far.On("GET", "/v2/$").DelayResponse(TimeSpan.FromMilliseconds(20));
        using var engine = new Engine { ["registry"] = far.Address };
        var results = await engine.OutputAsync(
            $"Set-RegistryOption $registry {other}; 1..40 | ForEach-Object {{ \"$registry/team/app:$_\" }} "
                + "| Copy-RegistryImage -Destination \"$registry/mirror/\"", Token);
        Assert.Equal(40, results.Count);
    }

    [Fact]
    public async Task Mirror_is_read_first()
    {
        await using var proxy = await StartAsync();
        await using var mirror = FaultProxy.Start((await registries.OpenAsync(Token)).Address);
        using var engine = NewEngine(proxy.Address);
        engine["mirror"] = $"{mirror.Address}/cache";
        await engine.OutputAsync("Push-ImageTar $tar -Destination $registry/cache/; Set-RegistryOption $registry -Mirror $mirror", Token);
        proxy.Forget();
        await engine.OutputAsync("Save-ImageToCache $registry/good:1", Token);
        Assert.Empty(proxy.RequestsOf("GET", "blobs|manifests"));
        Assert.NotEmpty(mirror.RequestsOf("GET", "/v2/cache/good/blobs/"));
    }

    [Theory]
    [InlineData("Set-RegistryOption $registry -MaximumRetryCount 2 -RetryIntervalSec 0; Get-RegistryManifest $registry/good:1", 3)]
    [InlineData("Get-RegistryManifest $registry/good:1 -MaximumRetryCount 1 -RetryIntervalSec 0", 2)]
    [InlineData("Set-RegistryOption $registry -MaximumRetryCount 9; Get-RegistryManifest $registry/good:1 -MaximumRetryCount 0", 1)]
    public async Task MaximumRetryCount_limits_the_retries_of_a_request(string script, int requests)
    {
        await using var proxy = await StartAsync();
        proxy.On("GET", "manifests").Respond(503);
        using var engine = NewEngine(proxy.Address);
        await engine.FailsAsync(script, "RegistryUnavailable", proxy.Address);
        Assert.Equal(requests, proxy.Count("GET", "manifests"));
    }

    [Fact]
    public async Task A_wait_before_the_next_attempt_is_reported()
    {
        await using var proxy = await StartAsync();
        proxy.On("GET", "manifests").Take(1).Respond(429).WithRetryAfter(TimeSpan.FromSeconds(0))
            .WithBody("""{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}""");
        using var engine = NewEngine(proxy.Address);
        var outcome = await engine.RunAsync("Push-ImageTar $tar -Destination $registry; Get-RegistryManifest $registry/good:1 -Verbose",
            Token);
        outcome.WithoutErrors();
        Assert.Contains(outcome.Verbose,
            line => line.Contains("slow down", StringComparison.Ordinal) && line.Contains("attempt 2 of 5", StringComparison.Ordinal));
    }

    private async Task<FaultProxy> StartAsync() => FaultProxy.Start((await registries.OpenAsync(Token)).Address);

    private Engine NewEngine(string registry, int size = 10_000) =>
        new() { ["tar"] = _images.Write("good", size), ["registry"] = registry };
}
