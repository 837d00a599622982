using System.Text.Json;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Sync;

/// <summary>The report of a run is complete at any instant: every finished image is a line of it, and every line is whole.</summary>
/// <remarks>The long form kills 40 runs at random instants.</remarks>
public sealed class ResultPathTests : IDisposable
{
    private const int Images = 12;

    // Writes each result immediately, so that the test can detect completed images.
    private const string Script = """
        Sync-RegistryImage ./mirror.yml $env:TARGET -ResultPath ./result.jsonl -ErrorAction Stop |
            ForEach-Object { [Console]::Out.WriteLine("$($_.State) $_") }
        """;

    private readonly PwshProcess _shell = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task A_run_that_is_killed_leaves_a_line_for_each_finished_image_and_the_next_run_starts_a_new_report()
    {
        await using var source = await StartAsync();
        await using var target = await DockerRegistry.StartAsync(Token);
        await using var to = FaultProxy.Start(target.Address);

        // The last image never ends; the others are all finished when they are written.
        to.On("PUT", $"/manifests/1\\.{Images - 1}$").StallUp(0);
        _shell.Environment["TARGET"] = to.Address;
        var finished = await KillAfterAsync(Images - 1);
        var lines = Read();
        Assert.Equal(finished.Order(StringComparer.Ordinal),
            lines.Select(line => $"{line.State} {line.Reference}").Order(StringComparer.Ordinal));
        Assert.Equal(Images - 1, (await MirroredSource.ImagesOfAsync(target.Address, Token)).Count);

        _shell.Environment["TARGET"] = to.Address;
        to.ClearRules();
        var run = await _shell.RunAsync(["-Command", Script]);
        Assert.True(run.ExitCode == 0, run.Error);
        lines = Read();
        Assert.Equal(Images, lines.Count);
        Assert.Equal(finished.Select(line => line.Split(' ')[1]).Order(StringComparer.Ordinal),
            lines.Where(line => line.State == "Unchanged").Select(line => line.Reference).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_run_that_is_killed_at_any_instant_leaves_whole_lines()
    {
        await using var source = await StartAsync();
        var random = new Random(1);
        for (var round = 0; round < (ExternalTools.LongForm ? 40 : 2); round++)
        {
            await using var target = await DockerRegistry.StartAsync(Token);
            _shell.Environment["TARGET"] = target.Address;
            var finished = await KillAfterAsync(1 + random.Next(Images - 1));
            var lines = Read();
            Assert.Subset(lines.Select(line => $"{line.State} {line.Reference}").ToHashSet(), finished.ToHashSet());

            // An image gets its name just before its line is written. On a busy machine the registries are slow, and 16 images are copied
            // at once.
            var images = await MirroredSource.ImagesOfAsync(target.Address, Token);
            Assert.InRange(images.Count - lines.Count, 0, 16);
            Assert.Subset(images.Select(image => $"{target.Address}/{image.Split(' ')[0]}").ToHashSet(),
                lines.Select(line => line.Reference).ToHashSet());
        }
    }

    [Fact]
    public async Task A_disk_that_is_full_leaves_whole_lines_and_is_an_error()
    {
        await using var source = await StartAsync(images: 60);
        using var folder = new TemporaryFolder();
        using var disk = await SmallDisk.MountAsync(folder["disk"], "size=4k", Token);
        using var engine = new Engine { ["file"] = source.File(MirrorFile(60)), ["report"] = Path.Combine(disk.Path, "result.jsonl") };
        var outcome = await engine.RunAsync(
            "$to = (Start-LocalRegistry -Port 0).Registry; Sync-RegistryImage $file $to -ResultPath $report", Token);
        Assert.Contains(outcome.AllErrors, error => error.FullyQualifiedErrorId.StartsWith("InsufficientSpace", StringComparison.Ordinal));
        Assert.NotEmpty(Read(Path.Combine(disk.Path, "result.jsonl")));
    }

    private static string MirrorFile(int images) =>
        $"SOURCE: {{images: {{app: [{string.Join(", ", Enumerable.Range(0, images).Select(tag => $"'1.{tag}'"))}]}}}}\n";

    private async Task<MirroredSource> StartAsync(int images = Images)
    {
        var source = await MirroredSource.StartAsync(Token, [.. Enumerable.Range(0, images).Select(tag => $"app:1.{tag}")]);
        _shell.Folder.Write("mirror.yml", await File.ReadAllTextAsync(source.File(MirrorFile(images)), Token));
        return source;
    }

    // The lines that a run wrote before it was killed.
    private async Task<IReadOnlyList<string>> KillAfterAsync(int count)
    {
        using var process = _shell.Launch("-Command", Script);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync(Token);
        var lines = new List<string>();
        while (lines.Count < count)
        {
            lines.Add(await process.StandardOutput.ReadLineAsync(Token) ?? throw new InvalidOperationException(await errors));
        }

        process.Kill();
        await process.WaitForExitAsync(Token);
        while (await process.StandardOutput.ReadLineAsync(Token) is { } line)
        {
            lines.Add(line);
        }

        return lines;
    }

    private IReadOnlyList<(string State, string Reference)> Read() => Read(_shell.Folder["result.jsonl"]);

    private static IReadOnlyList<(string State, string Reference)> Read(string path)
    {
        var text = File.ReadAllText(path);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return [.. text.Split('\n')[..^1].Select(line =>
        {
            using var json = JsonDocument.Parse(line);
            Assert.True(json.RootElement.TryGetProperty("Bytes", out _));
            return (json.RootElement.GetProperty("State").GetString()!, json.RootElement.GetProperty("Reference").GetString()!);
        })];
    }
}
