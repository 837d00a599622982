namespace ImagePusher.TestSupport.Tests;

/// <summary>A clock on which every wait is over at once, and counted.</summary>
internal sealed class CountingTimeProvider : TimeProvider
{
    private int _waits;

    public int Waits => Volatile.Read(ref _waits);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Increment(ref _waits);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
