using System.Diagnostics;
using System.Management.Automation;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Pipeline;

/// <summary>Progress for each image and each layer: bytes, rate, time left; nested; seldom enough; only where somebody looks.</summary>
public sealed class ProgressRecordTests(RegistryFixture registries) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_image_and_each_layer_shows_bytes_rate_and_time_left_with_its_own_id()
    {
        var registry = await registries.OpenAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH|PUT", "/blobs/").DripUp(131_072, TimeSpan.FromMilliseconds(20));
        using var engine = new Engine { ["tars"] = new[] { _images.Write("one", 8_000_000), _images.Write("two", 8_000_000) },
            ["registry"] = proxy.Address };
        var outcome = (await engine.RunAsync(
            "$null = Import-ImageTar $tars -ProgressAction Ignore; Push-CachedImage * -Destination $registry", Token)).WithoutErrors();

        var running = outcome.Progress.Where(record => record.RecordType == ProgressRecordType.Processing).ToList();
        var images = running.Where(record => record.ParentActivityId < 0).ToLookup(record => record.ActivityId);
        var layers = running.Where(record => record.ParentActivityId >= 0).ToLookup(record => record.ActivityId);
        Assert.Equal(2, images.Count);
        Assert.Equal(["Pushing example.com/one:1", "Pushing example.com/two:1"], images.Select(image => image.First().Activity).Order());
        Assert.Equal(images.Select(image => image.Key).Order(), layers.Select(layer => layer.First().ParentActivityId).Distinct().Order());
        Assert.Empty(images.Select(image => image.Key).Intersect(layers.Select(layer => layer.Key)));
        foreach (var activity in images.Concat(
            layers.Where(layer => layer.Any(record => record.Activity.StartsWith("layer sha256:", StringComparison.Ordinal)))))
        {
            var told = activity.Where(record => record.StatusDescription.Contains(" of ", StringComparison.Ordinal)).ToList();
            Assert.NotEmpty(told);
            Assert.All(told, record => Assert.Matches("^[0-9.]+ [KM]?B of [0-9.]+ [KM]?B, [0-9.]+ [KM]?B/s$", record.StatusDescription));
            Assert.Contains(told, record => record.SecondsRemaining >= 0 && record.PercentComplete is > 0 and < 100);
        }
    }

    [Fact]
    public async Task There_are_at_most_five_updates_a_second()
    {
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine
        {
            ["tar"] = _images.Write("many.tar",
                DockerSave.Of("example.com/many:1",
                    Enumerable.Range(0, 60).Select(number => SmallImages.LayerOf($"layer {number}", 1000)).ToArray()).ToArray()),
            ["registry"] = registry.Address,
        };

        // Each of the many messages wakes the writer of progress.
        var watch = Stopwatch.StartNew();
        var outcome = (await engine.RunAsync("Push-ImageTar $tar -Destination $registry -Verbose -Debug", Token)).WithoutErrors();
        var most = (int)(watch.Elapsed.TotalSeconds * 5) + 1;
        Assert.True(outcome.Verbose.Count + outcome.Debug.Count > 240);
        var updates = outcome.Progress.Where(record => record.RecordType == ProgressRecordType.Processing)
            .GroupBy(record => record.ActivityId).ToList();
        Assert.NotEmpty(updates);
        Assert.All(updates, activity => Assert.InRange(activity.Count(), 1, most));
    }

    [Fact]
    public async Task There_is_no_progress_without_an_interactive_host()
    {
        var registry = await registries.OpenAsync(Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("PATCH|PUT", "/blobs/").DripUp(65_536, TimeSpan.FromMilliseconds(20));
        using var shell = new PwshProcess();
        var script = $$"""
            $runspace = [runspacefactory]::CreateRunspace($host, [initialsessionstate]::CreateDefault2())
            $runspace.Open()
            $inner = [powershell]::Create($runspace).AddScript({
                param($manifest, $tar, $registry)
                Import-Module $manifest
                Push-ImageTar $tar -Destination $registry
            })
            foreach ($argument in '{{Repository.ModuleManifest}}', '{{_images.Write("app", 2_000_000)}}', '{{proxy.Address}}') {
                $null = $inner.AddArgument($argument)
            }
            $result = $inner.Invoke()
            "$($result.Count) result, $($inner.Streams.Error.Count) errors, $($inner.Streams.Progress.Count) records of progress"
            """;
        var result = await shell.RunAsync(["-Command", script]);
        Assert.Equal("1 result, 0 errors, 0 records of progress\n", result.Output);
    }

    public void Dispose() => _images.Dispose();
}
