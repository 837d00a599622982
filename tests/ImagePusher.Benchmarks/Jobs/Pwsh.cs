using System.Globalization;

namespace ImagePusher.Benchmarks.Jobs;

/// <summary>Our side of a job: a new pwsh that imports the built module and runs a command.</summary>
internal sealed class Pwsh(string cache, string module, string certificateAuthority)
{
    public string Cache => cache;

    /// <summary>A pwsh that does nothing.</summary>
    public Task<Measured> RunIdleAsync() => StartAsync("''");

    /// <summary>A pwsh that imports the module and does nothing else.</summary>
    public Task<Measured> RunImportAsync() => RunAsync("''");

    public Task<Measured> RunAsync(string command) => StartAsync($"Import-Module '{module}'; {command}");

    /// <summary>Runs a command and reports only the seconds of its last step.</summary>
    public async Task<Measured> RunInsideAsync(string before, string step)
    {
        var file = Path.Combine(Path.GetTempPath(), $"imagepusher-bench-{Environment.ProcessId}.txt");
        var script = $"{before}; $w = [Diagnostics.Stopwatch]::StartNew(); {step} | Out-Null; "
            + $"[IO.File]::WriteAllText('{file}', $w.Elapsed.TotalSeconds.ToString('R', [cultureinfo]::InvariantCulture))";
        var whole = await RunAsync(script);
        var seconds = double.Parse(await File.ReadAllTextAsync(file), CultureInfo.InvariantCulture);
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

    private Task<Measured> StartAsync(string script) => CommandRun.MeasureAsync(
        BenchSettings.Pwsh,
        ["-NoProfile", "-NonInteractive", "-Command", script],
        new Dictionary<string, string> { ["IMAGEPUSHER_CACHE"] = cache, ["SSL_CERT_FILE"] = certificateAuthority });
}
