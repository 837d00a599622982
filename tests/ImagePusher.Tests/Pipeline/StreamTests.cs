using System.Management.Automation;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Pipeline;

/// <summary>The output of cmdlets, its time and its thread.</summary>
public sealed class StreamTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Push-ImageTar $tars -Destination $registry 2>&1")]
    [InlineData("$tars | Push-ImageTar -Destination $registry 2>&1")]
    [InlineData("$tars | Push-ImageTar -Destination $registry -ThrottleLimit 1 2>&1")]
    public async Task Results_and_errors_come_in_the_order_of_the_inputs(string script)
    {
        var registry = await registries.OpenAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH|PUT", "/v2/slow/blobs/").DripUp(8192, TimeSpan.FromMilliseconds(20));
        using var engine = new Engine
        {
            ["tars"] = new[]
            {
                _images.Write("slow", 100_000), _images["missing.tar"], _images.Write("fast"), _images.Write("bad.tar", [1, 2, 3]),
                _images.Write("last"),
            },
            ["registry"] = proxy.Address,
        };
        var output = await engine.OutputAsync(script, Token);
        Assert.Equal(
            ["slow:1", "PathNotFound", "fast:1", "InvalidImageArchive", "last:1"],
            output.Select(item => item.BaseObject is ErrorRecord error
                ? error.FullyQualifiedErrorId.Split(',')[0]
                : ((string)((dynamic)item).Reference).Split('/')[^1]));
    }

    [Theory]
    [InlineData("Push-ImageTar $tar -Destination $registry -Verbose 4>&1", typeof(VerboseRecord))]
    [InlineData("Push-ImageTar $tar -Destination $registry -Debug -Verbose:$false 5>&1", typeof(DebugRecord))]
    [InlineData("Push-ImageTar $tar -Destination $registry 6>&1", typeof(InformationRecord))]
    [InlineData("Push-ImageTar $sparse -Destination $registry 3>&1", typeof(WarningRecord))]
    [InlineData("Push-ImageTar $missing -Destination $registry 2>&1", typeof(ErrorRecord))]
    public async Task Every_stream_is_written_on_the_pipeline_s_thread(string script, Type kind)
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine
        {
            ["tar"] = _images.Write("app"),
            ["missing"] = _images["missing.tar"],
            ["sparse"] = (await ImagesFixture.GetAsync(Token))["docker25-sparse.tar"],
            ["registry"] = registry.Address,
            ["kind"] = kind,
        };
        var output = await engine.OutputAsync(
            $"[Environment]::CurrentManagedThreadId; {script} | Where-Object {{ $_ -is $kind }} "
                + "| ForEach-Object { [Environment]::CurrentManagedThreadId }", Token);
        Assert.True(output.Count > 1, $"No {kind.Name} was written.");
        Assert.Single(output.Distinct());
    }

    [Fact]
    public async Task Preferences_apply_to_messages_of_workers()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine
        {
            ["sparse"] = (await ImagesFixture.GetAsync(Token))["docker25-sparse.tar"],
            ["missing"] = _images["missing.tar"],
            ["registry"] = registry.Address,
        };
        Assert.Equal(1, await engine.SingleAsync(
            "$null = Push-ImageTar $sparse -Destination $registry -WarningVariable said -WarningAction SilentlyContinue; $said.Count",
            Token));
        Assert.Equal(1, await engine.SingleAsync(
            "$null = Push-ImageTar $missing -Destination $registry -ErrorVariable failed -ErrorAction SilentlyContinue; $failed.Count",
            Token));
        var stopped = await engine.RunAsync("Push-ImageTar $sparse -Destination $registry -WarningAction Stop", Token);
        Assert.NotNull(stopped.Terminating);
        Assert.Empty(stopped.Output);
    }

    [Theory]
    [InlineData("Push-ImageTar $bad, $good -Destination $registry -ErrorAction Stop", "InvalidImageArchive")]
    [InlineData("$bad, $good | Push-ImageTar -Destination $registry -ErrorAction Stop", "InvalidImageArchive")]
    [InlineData("$ErrorActionPreference = 'Stop'; Push-ImageTar $bad, $good -Destination $registry", "InvalidImageArchive")]
    [InlineData("Push-CachedImage unknown:1, example.com/good:1 -Destination $registry -ErrorAction Stop", "ImageNotCached")]
    public async Task ErrorAction_Stop_ends_the_script_with_an_exception_that_catch_finds_by_its_type(string script, string id)
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["bad"] = _images.Write("bad.tar", [1, 2, 3]), ["good"] = _images.Write("good"),
            ["registry"] = registry.Address };
        await engine.OutputAsync("Import-ImageTar $good", Token);
        var outcome = await engine.RunAsync($"{script}; 'went on'", Token);
        Assert.Empty(outcome.Output);
        Assert.StartsWith($"{id},", outcome.Terminating?.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(0, await registry.CountAsync("PUT", "/v2/good/", Token));

        var caught = await engine.OutputAsync(
            $"try {{ {script} }} catch [ImagePusher.Core.{id}Exception] {{ $_.Exception.RecommendedAction }}", Token);
        Assert.NotEqual("", Assert.Single(caught).ToString());
    }

    [Fact]
    public async Task Progress_increases_and_is_completed()
    {
        var registry = await registries.OpenAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH|PUT", "/blobs/").DripUp(65_536, TimeSpan.FromMilliseconds(20));
        using var engine = new Engine { ["tar"] = _images.Write("large", 4_000_000), ["registry"] = proxy.Address };
        var outcome = (await engine.RunAsync("Push-ImageTar $tar -Destination $registry", Token)).WithoutErrors();
        var records = outcome.Progress.GroupBy(record => record.ActivityId).ToList();
        Assert.Contains(records, activity => activity.Any(record => record.Activity.Contains("large.tar", StringComparison.Ordinal)));
        Assert.Contains(records, activity => activity.Any(record => record.Activity.StartsWith("layer sha256:", StringComparison.Ordinal)));
        foreach (var activity in records)
        {
            Assert.Equal(ProgressRecordType.Completed, activity.Last().RecordType);
            var percents = activity.Where(record => record.RecordType == ProgressRecordType.Processing && record.PercentComplete >= 0)
                .Select(record => record.PercentComplete).ToList();
            Assert.Equal(percents.Order(), percents);
            Assert.All(percents, percent => Assert.InRange(percent, 0, 100));
        }
    }

    [Fact]
    public async Task Runspaces_of_one_process_share_the_session()
    {
        var registry = await registries.ClosedAsync(Token);
        using var engine = new Engine
        {
            ["tars"] = new[] { _images.Write("one"), _images.Write("two"), _images.Write("three") },
            ["registry"] = registry.Address,
            ["credential"] = RegistryFixture.Credential,
            ["manifest"] = Repository.ModuleManifest,
        };
        var output = await engine.OutputAsync(
            """
            $null = Connect-Registry $registry -Credential $credential
            $null = Import-ImageTar $tars
            'one', 'two', 'three' | ForEach-Object -Parallel {
                Import-Module $using:manifest
                Get-CachedImage "example.com/${_}:1" | Push-CachedImage -Destination $using:registry
            }
            """,
            Token);
        Assert.Equal(["one:1", "three:1", "two:1"], output.Select(result => ((string)((dynamic)result).Reference).Split('/')[^1]).Order());
    }

    public void Dispose() => _images.Dispose();
}
