using System.Globalization;

namespace ImagePusher.Benchmarks;

/// <summary>The traffic of the loopback device. On an otherwise idle machine it is the traffic of a job.</summary>
internal static class Loopback
{
    /// <summary>Bytes since the machine started, in both directions, including packet headers.</summary>
    public static long Bytes()
    {
        var line = File.ReadLines("/proc/net/dev").First(line => line.TrimStart().StartsWith("lo:", StringComparison.Ordinal));
        var numbers = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(numbers[0], CultureInfo.InvariantCulture);
    }
}
