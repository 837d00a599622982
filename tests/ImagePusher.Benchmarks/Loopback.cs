using System.Globalization;

namespace ImagePusher.Benchmarks;

/// <summary>What went over the loopback device. On a machine that does nothing else that is what a job sent and received.</summary>
internal static class Loopback
{
    /// <summary>Bytes since the machine started, both directions, with the packets' heads.</summary>
    public static long Bytes()
    {
        var line = File.ReadLines("/proc/net/dev").First(line => line.TrimStart().StartsWith("lo:", StringComparison.Ordinal));
        return long.Parse(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
    }
}
