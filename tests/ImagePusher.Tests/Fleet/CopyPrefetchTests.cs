using System.Collections.Concurrent;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Tests.Fleet;

/// <summary>
/// The requests to the target and to the source are concurrent. The source of these tests responds only after the target received a
/// request.
/// </summary>
public sealed class CopyPrefetchTests
{
    private const string Sync =
        "Set-Content mirror.yml \"${from}:`n  images:`n    team/app: ['1.0']`n\"; Sync-RegistryImage mirror.yml \"$to/team/\"";

    private readonly TestImage _image = TestImage.Of([1]);
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly TaskCompletionSource _isAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Copy-RegistryImage \"$from/team/app:1.0\" $to")]
    [InlineData("Copy-RegistryImage \"$from/team/app:1.0\" \"$to/mirror/\", $to -Tag '1.0'")]
    [InlineData(Sync)]
    public async Task Requests_to_source_and_target_are_concurrent_and_sent_once_each(string script)
    {
        await using var source = Serve("source", waits: true);
        await using var target = Serve("target");
        var outcome = (await RunAsync(script, source, target)).WithoutErrors();
        Assert.All(outcome.Output, result => Assert.Equal(_image.Digest, (string)((dynamic)result).Digest));
        var heads = _requests.Where(request => request.Contains("HEAD", StringComparison.Ordinal)).ToList();
        Assert.Equal(1 + outcome.Output.Count, heads.Count);
        Assert.Equal(heads.Count, heads.Distinct().Count());
    }

    [Theory]
    [InlineData("Copy-RegistryImage \"$from/team/app:1.0\" $to -NoClobber")]
    [InlineData(Sync + " -NoClobber")]
    public async Task A_NoClobber_check_uses_a_current_response(string script)
    {
        await using var source = Serve("source");
        await using var target = Serve("target");
        (await RunAsync(script, source, target)).WithoutErrors();
        Assert.Equal(["source HEAD", "target HEAD"], _requests.Select(request => request[..11]));
    }

    [Theory]
    [InlineData("Copy-RegistryImage \"$from/team/missing:1.0\" $to")]
    [InlineData("\"$from/team/missing:1.0\", \"$from/team/app:1.0\" | Copy-RegistryImage -Destination $to")]
    public async Task A_failed_source_is_the_only_error(string script)
    {
        await using var source = Serve("source");
        await using var target = LoopbackServer.Start(exchange => exchange.Path.Contains("missing", StringComparison.Ordinal)
            ? exchange.RespondAsync(400, "{}")
            : RespondAsync(exchange));
        var outcome = await RunAsync(script, source, target);
        Assert.Equal("ManifestNotFound", outcome.Errors.Single().FullyQualifiedErrorId.Split(',')[0]);
    }

    [Fact]
    public async Task A_failed_target_fails_the_copy()
    {
        await using var source = Serve("source");
        await using var target = LoopbackServer.Start(exchange => exchange.RespondAsync(exchange.Path == "/v2/" ? 200 : 403, "{}"));
        var outcome = await RunAsync("Copy-RegistryImage \"$from/team/app:1.0\" $to", source, target);
        Assert.Equal("RegistryDenied", outcome.Errors.Single().FullyQualifiedErrorId.Split(',')[0]);
    }

    private static async Task<Outcome> RunAsync(string script, LoopbackServer source, LoopbackServer target)
    {
        using var folder = new TemporaryFolder();
        using var engine = new Engine { ["from"] = source.Address, ["to"] = target.Address, ["folder"] = folder.FullName };
        return await engine.RunAsync("Set-Location $folder; " + script, Token);
    }

    private LoopbackServer Serve(string name, bool waits = false) => LoopbackServer.Start(async exchange =>
    {
        if (exchange.Path != "/v2/")
        {
            _requests.Enqueue($"{name} {exchange.Method} {exchange.Path}");
            if (waits)
            {
                await _isAsked.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
            }
            else if (name == "target")
            {
                _isAsked.TrySetResult();
            }
        }

        await RespondAsync(exchange);
    });

    private Task RespondAsync(ServerExchange exchange)
    {
        exchange.Add("Docker-Content-Digest", _image.Digest);
        return exchange.Path == "/v2/" ? exchange.RespondAsync(200, "{}")
            : exchange.Path.Contains("missing", StringComparison.Ordinal) ? exchange.RespondAsync(404, "{}")
            : exchange.RespondAsync(200, _image.Manifest, TestImage.ManifestType);
    }
}
