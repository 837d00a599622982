namespace ImagePusher.Benchmarks.Jobs;

/// <summary>Our side: the built shell as a process of its own.</summary>
internal sealed class Shell(string cache)
{
    public string Cache => cache;

    public Task<Measured> RunAsync(string command) => CommandRun.MeasureAsync(
        BenchSettings.Shell, ["-Command", command], new Dictionary<string, string> { ["IMAGEPUSHER_CACHE"] = cache });

    /// <summary>Runs a command that says itself, in its last line, how many seconds its last step took.</summary>
    public async Task<Measured> RunInsideAsync(string before, string step)
    {
        var file = Path.Combine(Path.GetTempPath(), $"imagepusher-bench-{Environment.ProcessId}.txt");
        var script = $"{before}; $w = [Diagnostics.Stopwatch]::StartNew(); {step} | Out-Null; [IO.File]::WriteAllText('{file}', $w.Elapsed.TotalSeconds.ToString('R', [cultureinfo]::InvariantCulture))";
        var whole = await RunAsync(script);
        var seconds = double.Parse(await File.ReadAllTextAsync(file), System.Globalization.CultureInfo.InvariantCulture);
        File.Delete(file);
        return whole with { Seconds = seconds };
    }

    public void EmptyCache()
    {
        if (Directory.Exists(cache))
        {
            Directory.Delete(cache, recursive: true);
        }
    }
}
