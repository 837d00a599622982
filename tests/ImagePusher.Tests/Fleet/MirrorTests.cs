using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Fleet;

/// <summary>A list of images, copied from registry to registry.</summary>
public sealed class MirrorTests
{
    // The long form has the documented size: 300 images.
    private static readonly int Count = ExternalTools.LongForm ? 300 : 40;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_request_of_twenty_fails_before_docker_registry()
    {
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = new Engine();
        await MirrorsAsync(engine, target.Address, seed: 1);
    }

    [Fact]
    public async Task One_request_of_twenty_fails_before_the_local_registry()
    {
        using var engine = new Engine();
        await MirrorsAsync(engine, (string)(await engine.SingleAsync("Start-LocalRegistry -Port 0", Token)).Registry, seed: 2);
    }

    /// <summary>The list arrives whole and each blob is sent once, though requests fail; a second run sends nothing and costs one HEAD
    /// request per registry.</summary>
    private static async Task MirrorsAsync(Engine engine, string target, int seed)
    {
        await using var source = await FleetSource.StartAsync(Count, Token);
        await using var from = FaultProxy.Start(source.Registry.Address);
        await using var recorder = FaultProxy.Start(target);
        await using var to = FaultProxy.Start(recorder.Address);
        List<FaultRule> rules = [from.On("GET", "/blobs/").Sometimes(0.05, seed).CutDown(1000)];
        foreach (var proxy in new[] { from, to })
        {
            rules.Add(proxy.On("*").Sometimes(0.02, seed).Respond(503));
            rules.Add(proxy.On("*").Sometimes(0.015, seed + 10).DropRequest());
            rules.Add(proxy.On("*").Sometimes(0.015, seed + 20).LoseResponse());
        }

        (engine["list"], engine["to"]) = (source.Fleet.Images.Keys.Select(image => $"{from.Address}/{image}").ToArray(), to.Address);
        var first = await engine.OutputAsync("$list | Copy-RegistryImage -Destination $to -MaximumRetryCount 10 -RetryIntervalSec 0",
            Token);

        Assert.Equal(source.Fleet.Images.Keys.Select(image => $"{to.Address}/{image}"),
            first.Select(result => (string)((dynamic)result).Reference));
        Assert.Equal(source.Fleet.Images.Values, first.Select(result => (string)((dynamic)result).Digest));
        var (failed, all) = (rules.Sum(rule => rule.Hits), from.Requests.Count + to.Requests.Count);
        Assert.True(failed > all * 0.04, $"Only {failed} of {all} requests failed.");
        var taken = FleetChecks.TakenIn(recorder);
        Assert.Equal(source.Fleet.Blobs.Order(), taken.Keys.Order());
        Assert.All(taken, blob => Assert.True(blob.Value == 1, $"{blob.Key} was sent {blob.Value} times"));
        await FleetChecks.HasAllAsync(target, source.Fleet, readWhole: ExternalTools.LongForm ? Count : 4, Token);

        foreach (var proxy in new[] { from, to })
        {
            proxy.ClearRules();
            proxy.Forget();
        }

        var second = await engine.OutputAsync("$list | Copy-RegistryImage -Destination $to", Token);
        Assert.Equal(Count, second.Count);
        Assert.All(second, result => Assert.Equal((0L, 0L), ((long)((dynamic)result).BytesSent, (long)((dynamic)result).Uploaded)));
        Assert.All(new[] { from, to }, proxy =>
        {
            Assert.Equal(Count, proxy.Requests.Count);
            Assert.All(proxy.Requests, request => Assert.Equal("HEAD", request.Method));
        });
    }

    [Fact]
    public async Task An_interrupted_run_is_continued_by_the_next()
    {
        await using var source = await FleetSource.StartAsync(Count, Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = new Engine
        {
            ["list"] = source.References,
            ["to"] = target.Address,
        };
        var running = engine.Start("$list | Copy-RegistryImage -Destination $to", Token);
        var enough = new TaskCompletionSource();
        running.Output.DataAdded += (_, _) => _ = running.Output.Count >= 10 && enough.TrySetResult();
        await enough.Task.WaitAsync(Token);
        await running.StopAsync();
        Assert.True((await running.Completion).WasStopped);

        await using var recorder = FaultProxy.Start(target.Address);
        engine["to"] = recorder.Address;
        var results = await engine.OutputAsync("$list | Copy-RegistryImage -Destination $to", Token);
        Assert.Equal(source.Fleet.Images.Values, results.Select(result => (string)((dynamic)result).Digest));
        Assert.All(results.Take(10), result => Assert.Equal(0L, (long)((dynamic)result).BytesSent));
        await FleetChecks.HasAllAsync(target.Address, source.Fleet, readWhole: 4, Token);
        var taken = FleetChecks.TakenIn(recorder);
        Assert.All(taken, blob => Assert.Equal(1, blob.Value));
        Assert.True(taken.Count < source.Fleet.Blobs.Count, "Nothing of the first run was left.");
    }

    [Fact]
    public async Task A_failed_image_does_not_delay_the_others_and_results_are_in_input_order()
    {
        await using var source = await FleetSource.StartAsync(10, Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        List<string> list = [.. source.References];
        list.Insert(3, $"{source.Registry.Address}/fleet/missing:1.0");
        list.Insert(5, "Not A Reference");
        using var engine = new Engine { ["list"] = list.ToArray(), ["to"] = target.Address };
        var outcome = await engine.RunAsync("$list | Copy-RegistryImage -Destination $to", Token);

        Assert.Equal(source.Fleet.Images.Values, outcome.Output.Select(result => (string)((dynamic)result).Digest));
        Assert.Null(outcome.Terminating);
        Assert.Equal(
            ["ManifestNotFound,ImagePusher.Cmdlets.CopyRegistryImageCommand",
                "InvalidReference,ImagePusher.Cmdlets.CopyRegistryImageCommand"],
            outcome.Errors.Select(error => error.FullyQualifiedErrorId));
        Assert.Equal([list[3], list[5]], outcome.Errors.Select(error => (string)error.TargetObject));
    }

    [Fact]
    public async Task Objects_with_a_Reference_and_texts_are_both_a_list()
    {
        await using var source = await FleetSource.StartAsync(6, Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = new Engine
        {
            ["list"] = source.References,
            ["to"] = target.Address,
        };

        // Objects as Import-Csv returns them.
        var rows = "$list | ForEach-Object { [pscustomobject]@{ Owner = 'team'; Reference = $_ } }";
        var results = await engine.OutputAsync($"{rows} | Copy-RegistryImage -Destination $to", Token);
        Assert.Equal(source.Fleet.Images.Values, results.Select(result => (string)((dynamic)result).Digest));
        var back = await engine.OutputAsync("$list | Copy-RegistryImage -Destination $to | Copy-RegistryImage -Destination \"$to/again/\"",
            Token);
        Assert.Equal(source.Fleet.Images.Keys.Select(image => $"{target.Address}/again/{image}"),
            back.Select(result => (string)((dynamic)result).Reference));
        Assert.All(back, result => Assert.Equal((0L, 3L),
            ((long)((dynamic)result).Uploaded, (long)((dynamic)result).Mounted + (long)((dynamic)result).Existing)));
    }
}
