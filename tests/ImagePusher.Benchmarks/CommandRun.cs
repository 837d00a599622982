using System.Diagnostics;
using System.Globalization;
using ImagePusher.TestSupport;

namespace ImagePusher.Benchmarks;

/// <summary>Runs a command and measures it with GNU time, because polling would use a part of the processors.</summary>
internal static class CommandRun
{
    /// <summary>Runs a command to its end; a failure ends the benchmark with the output of the command.</summary>
    public static async Task<Measured> MeasureAsync(
        string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        using var folder = new TemporaryFolder();
        var figures = folder["time.txt"];
        var start = new ProcessStartInfo(ExternalTools.Require("time"), ["-q", "-f", "%U %S %M", "-o", figures, program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var wire = Loopback.Bytes();
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        watch.Stop();
        return process.ExitCode == 0
            ? Read(await File.ReadAllTextAsync(figures), watch.Elapsed.TotalSeconds, Loopback.Bytes() - wire)
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}\n{await errors}");
    }

    private static Measured Read(string figures, double seconds, long wire)
    {
        var parts = figures.Split(' ', StringSplitOptions.TrimEntries);
        return new Measured(
            seconds, double.Parse(parts[0], CultureInfo.InvariantCulture) + double.Parse(parts[1], CultureInfo.InvariantCulture),
            long.Parse(parts[2], CultureInfo.InvariantCulture) * 1024, wire);
    }
}
