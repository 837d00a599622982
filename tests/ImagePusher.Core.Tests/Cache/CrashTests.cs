using ImagePusher.Core.Cache;
using ImagePusher.Core.Tests.Archives;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Cache;

public sealed class CrashTests : CacheTest
{
    [Fact]
    public async Task A_process_killed_at_any_instant_leaves_a_valid_layout_and_no_incomplete_image()
    {
        var (kills, seed) = (ExternalTools.LongForm ? 200 : 20, Environment.TickCount);
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var expected = new Dictionary<string, HashSet<string?>>();
        var (steps, resumed, work) = (0, 0, 0);
        var tars = MakeTars();

        // A machine that is busy with other things gets more kills, for workers that were killed before they did anything.
        for (var kill = 0; kill < kills || (kill < kills * 4 && steps <= kills * 3); kill++)
        {
            // Each work is begun twice, so that the second worker comes to the blob that the first one was killed over.
            work = kill % 2 == 0 ? random.Next() : work;
            using var worker = Worker.Start("loop", Root, "crash", tars, $"{work}", "600", "0.2");

            // Some are killed while they begin, most while they are at full work.
            await (kill % 4 == 0 ? worker.Ready : worker.Busy);
            using (var instant = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(1, 250))))
            {
                var cut = new TaskCompletionSource();
                using var registration = instant.Token.Register(cut.SetResult);
                await cut.Task;
            }

            await worker.KillAsync();
            worker.Replay(expected);
            steps += worker.Lines.Count;
            resumed += worker.Lines.Count(line => line == "resumed");

            // The marker is the last thing that a new cache gets: a kill before it leaves no layout yet, and nothing was saved.
            if (File.Exists(Path.Combine(Root, "oci-layout")))
            {
                await CheckAsync(expected);
            }
            else
            {
                Assert.DoesNotContain(worker.Lines, line => line.StartsWith("saved", StringComparison.Ordinal));
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{kills} kills, {steps} lines of work, {resumed} blobs resumed");
        Assert.True(steps > kills * 3, "the worker was killed before it did anything");
        Assert.True(!ExternalTools.LongForm || resumed > 0, "no part was resumed in the whole test");
    }

    [Fact]
    public async Task Eight_concurrent_processes_lose_no_name_and_damage_no_image()
    {
        var seconds = ExternalTools.LongForm ? 60 : 6;
        var tars = MakeTars();
        var workers = Enumerable.Range(0, 8)
            .Select(number => Worker.Start("loop", Root, $"p{number}", tars, $"{number + Environment.TickCount}", $"{seconds}",
                ExternalTools.LongForm ? "5" : "1"))
            .ToList();
        var expected = new Dictionary<string, HashSet<string?>>();
        foreach (var worker in workers)
        {
            using (worker)
            {
                var errors = await worker.EndAsync();
                Assert.True(worker.ExitCode == 0, errors);
                Assert.Equal("end", worker.Lines[^1]);
                worker.Replay(expected);
            }
        }

        Assert.All(expected.Values, allowed => Assert.Single(allowed));
        await CheckAsync(expected);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{workers.Sum(worker => worker.Lines.Count(line => line.StartsWith("saved", StringComparison.Ordinal)))} saves, "
            + $"{workers.Sum(worker => worker.Lines.Count(line => line == "again"))} done again, "
            + $"{workers.Sum(worker => worker.Lines.Count(line => line.StartsWith("collected", StringComparison.Ordinal)))} collections");
    }

    // docker-saves of half random layers, so that compressing has something to do; two share one.
    private string MakeTars()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, "tars")).FullName;
        foreach (var number in Enumerable.Range(0, 6))
        {
            byte[] layer = [.. SampleImage.Bytes(number, 40_000 * number), .. new byte[40_000 * number]];
            File.WriteAllBytes(Path.Combine(folder, $"{number}.tar"),
                new SampleImage(layer, SampleImage.Bytes(number / 2, 3000)).Tar("app:1").ToArray());
        }

        return folder;
    }

    private async Task CheckAsync(Dictionary<string, HashSet<string?>> expected)
    {
        var names = LayoutCheck.Run(Root);
        foreach (var (name, allowed) in expected)
        {
            var found = names.GetValueOrDefault(name);
            Assert.True(allowed.Contains(found) || (found is not null && allowed.Contains(Worker.AnyDigest)),
                $"{name} leads to {found ?? "nothing"}, not to {string.Join(" or ", allowed.Select(digest => digest ?? "nothing"))}");
            expected[name] = [found];
        }

        Assert.Empty(names.Keys.Except(expected.Keys));
        Assert.Equal(names.Count, (await ImageCache.Open(Root).ListAsync(Token)).Count);
        if (ExternalTools.Find("umoci") is not null)
        {
            var listed = (await LayoutTool.RunAsync("umoci", "ls", "--layout", Root)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(names.Keys.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
        }

        if (ExternalTools.Find("skopeo") is not null && names.Keys.FirstOrDefault() is { } any)
        {
            Assert.Contains(names[any], await LayoutTool.RunAsync("skopeo", "inspect", $"oci:{Root}:{any}"), StringComparison.Ordinal);
        }
    }
}
