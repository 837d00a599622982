using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.TestSupport;

/// <summary>A clock that the test advances and that reports the start of a timer.</summary>
public sealed class ObservedTime() : FakeTimeProvider(DateTimeOffset.UtcNow)
{
    private readonly Channel<TimeSpan> _started = Channel.CreateUnbounded<TimeSpan>();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _started.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Waits until a number of timers of a length were started.</summary>
    public async Task StartedAsync(TimeSpan dueTime, int count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            count -= await _started.Reader.ReadAsync(cancellationToken) == dueTime ? 1 : 0;
        }
    }
}
