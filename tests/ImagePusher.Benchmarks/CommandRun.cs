using System.Diagnostics;
using System.Globalization;

namespace ImagePusher.Benchmarks;

/// <summary>Runs a command and measures it from outside.</summary>
internal static class CommandRun
{
    private const double TicksPerSecond = 100; // USER_HZ, the unit of /proc/PID/stat on every Linux

    /// <summary>Runs a command to its end; a failure ends the benchmark with what it wrote.</summary>
    public static async Task<Measured> MeasureAsync(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var wire = Loopback.Bytes();
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var exit = process.WaitForExitAsync();
        var (cpu, peak) = (0.0, 0L);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!exit.IsCompleted)
        {
            (cpu, peak) = Sample(process.Id) ?? (cpu, peak);
            await Task.WhenAny(exit, tick.WaitForNextTickAsync().AsTask());
        }

        watch.Stop();
        return process.ExitCode == 0
            ? new Measured(watch.Elapsed.TotalSeconds, cpu, peak, Loopback.Bytes() - wire)
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}\n{await errors}");
    }

    private static (double Cpu, long Peak)? Sample(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
            var peak = File.ReadLines($"/proc/{id}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return peak is null ? null : (ticks / TicksPerSecond, long.Parse(peak[6..^3], CultureInfo.InvariantCulture) * 1024);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The process ended between two looks.
            return null;
        }
    }
}
