namespace ImagePusher.Core.Registry;

/// <summary>
/// How far away a host is: the shortest time in which it responded to a request without a body. A longer time may be its work; the
/// shortest is the network's.
/// </summary>
internal sealed class ResponseLatency
{
    /// <summary>From this latency on a host is far: each request at once then hides the wait for another.</summary>
    public static readonly TimeSpan Far = TimeSpan.FromMilliseconds(10);

    private long _shortest = long.MaxValue;

    /// <summary>Whether the host is far; false until it responded.</summary>
    public bool IsFar => Volatile.Read(ref _shortest) is var ticks && ticks >= Far.Ticks && ticks < long.MaxValue;

    /// <summary>Takes the time between a request and the head of its response.</summary>
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
