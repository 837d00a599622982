using System.Diagnostics;

namespace ImagePusher.Benchmarks.Network;

/// <summary>One direction of a client's connection to its network, shared by everything that the client transfers.</summary>
internal sealed class EmulatedLink(NetworkConditions conditions)
{
    private readonly double _bytesPerSecond = conditions.MegabitsPerSecond * 1e6 / 8;
    private readonly Lock _lock = new();
    private long _free;

    /// <summary>
    /// Takes the link for some bytes, after all that was sent before.
    /// </summary>
    /// <returns>The timestamp at which the last of the bytes arrives at the other side.</returns>
    public long Send(int bytes)
    {
        var now = Stopwatch.GetTimestamp();
        lock (_lock)
        {
            _free = Math.Max(_free, now) + (long)(bytes / _bytesPerSecond * Stopwatch.Frequency);
            return _free + Ticks(conditions.RoundTrip / 2);
        }
    }

    public static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
