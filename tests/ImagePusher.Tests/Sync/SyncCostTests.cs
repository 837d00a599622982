using System.Collections.Concurrent;
using System.Globalization;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Tests.Sync;

/// <summary>
/// A long sync file of unchanged images: one HEAD request per image and registry, one list per repository, and no memory for it. The
/// registries are servers that accept every name.
/// </summary>
public sealed class SyncCostTests
{
    private const int PerRepository = 20;

    private static readonly int Images = ExternalTools.LongForm ? 2_000 : 200;

    [Fact]
    public async Task An_unchanged_image_costs_one_HEAD_request_per_registry()
    {
        var image = TestImage.Of([1]);
        var (source, target) = (new ConcurrentBag<string>(), new ConcurrentBag<string>());
        await using var from = Serve(image, source);
        await using var to = Serve(image, target);
        using var shell = new PwshProcess();
        shell.Folder.Write("mirror.yml", File(from.Address));
        shell.Folder.Write("run.ps1", """
            param($Target)
            $idle = [Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64
            $results = Sync-RegistryImage ./mirror.yml "$Target/mirror/" -ResultPath ./result.jsonl
            $peak = [Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64
            "$($results.Count) $($results.State | Select-Object -Unique) $peak $idle"
            """);
        var run = await shell.RunAsync(["-File", "run.ps1", to.Address]);
        Assert.True(run.ExitCode == 0 && run.Error.Length == 0, run.Error);
        TestContext.Current.TestOutputHelper?.WriteLine(run.Output);
        var figures = run.Output.Trim().Split(' ');
        Assert.Equal([$"{Images}", "Unchanged"], figures[..2]);
        Assert.Equal(Images, System.IO.File.ReadLines(shell.Folder["result.jsonl"]).Count());

        var lists = Images / PerRepository / 2;
        Assert.Equal(Images, source.Count(request => request.StartsWith("HEAD ", StringComparison.Ordinal)));
        Assert.Equal(lists, source.Count(request => request.EndsWith("/tags/list", StringComparison.Ordinal)));
        Assert.Equal(Images + lists + 1, source.Count);
        Assert.Equal(Images, target.Where(request => request.StartsWith("HEAD /v2/mirror/", StringComparison.Ordinal)).Distinct().Count());
        Assert.Equal(Images + 1, target.Count);

        // The memory of an idle pwsh depends on its build and is excluded: 80 to 125 MiB.
        var (peak, idle) = (long.Parse(figures[2], CultureInfo.InvariantCulture), long.Parse(figures[3], CultureInfo.InvariantCulture));
        Assert.InRange(peak - idle, 0, 95L << 20);
    }

    // Every second repository is listed, of the others the tags are named.
    private static string File(string registry)
    {
        var (names, rules) = (new List<string>(), new List<string>());
        for (var repository = 0; repository < Images / PerRepository; repository++)
        {
            (repository % 2 == 0 ? names : rules).Add(repository % 2 == 0
                ? $"    team/app{repository}: [{string.Join(", ", Enumerable.Range(0, PerRepository).Select(tag => $"'1.{tag}'"))}]\n"
                : $"    team/app{repository}: ^1\\.\n");
        }

        return $"{registry}:\n  images:\n{string.Concat(names)}  images-by-tag-regex:\n{string.Concat(rules)}";
    }

    private static LoopbackServer Serve(TestImage image, ConcurrentBag<string> requests)
    {
        var tags = string.Join(", ", Enumerable.Range(0, PerRepository).Select(tag => $"\"1.{tag}\""));
        return LoopbackServer.Start(exchange =>
        {
            requests.Add($"{exchange.Method} {exchange.Path}");
            exchange.Add("Docker-Content-Digest", image.Digest);
            return exchange.Path == "/v2/" ? exchange.RespondAsync(200, "{}")
                : exchange.Path.EndsWith("/tags/list", StringComparison.Ordinal)
                    ? exchange.RespondAsync(200, $"{{\"tags\": [{tags}, \"other\"]}}")
                : exchange.RespondAsync(200, image.Manifest, TestImage.ManifestType);
        });
    }
}
