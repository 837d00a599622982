using System.Collections.Concurrent;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>A clock on which a wait of less than a day is over at once, and kept; longer ones, which are limits, never end.</summary>
internal sealed class InstantTimeProvider : TimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _waits = new();

    /// <summary>The requested waits.</summary>
    public IReadOnlyList<TimeSpan> Waits => [.. _waits];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var isWait = dueTime > TimeSpan.Zero && dueTime < TimeSpan.FromDays(1);
        if (isWait)
        {
            _waits.Enqueue(dueTime);
        }

        return base.CreateTimer(callback, state, isWait ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, period);
    }
}
