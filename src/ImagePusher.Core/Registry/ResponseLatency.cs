namespace ImagePusher.Core.Registry;

/// <summary>
/// The latency of a host: the shortest time of a response to a request without a body. Longer times can include processing; the shortest
/// time is network latency.
/// </summary>
internal sealed class ResponseLatency
{
    /// <summary>The latency from which a host is distant, so that more concurrent requests reduce the total time.</summary>
    public static readonly TimeSpan Far = TimeSpan.FromMilliseconds(10);

    private long _shortest = long.MaxValue;

    /// <summary>True if the host is distant; false until it has responded.</summary>
    public bool IsHigh => Volatile.Read(ref _shortest) is var ticks && ticks >= Far.Ticks && ticks < long.MaxValue;

    /// <summary>Records the time between a request and the head of its response.</summary>
    public void Observe(TimeSpan time)
    {
        var shortest = Volatile.Read(ref _shortest);
        while (time.Ticks < shortest)
        {
            var seen = Interlocked.CompareExchange(ref _shortest, time.Ticks, shortest);
            if (seen == shortest)
            {
                return;
            }

            shortest = seen;
        }
    }
}
