namespace ImagePusher.Core.Registry.Http;

/// <summary>Ends a request when its connection has been silent for too long. There is no limit on the whole.</summary>
internal sealed class IdleTimer : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _registration;
    private readonly CancellationToken _caller;
    private readonly TimeSpan _limit;

    public IdleTimer(TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        (_limit, _caller, Time) = (limit, caller, time);
        _source = new CancellationTokenSource(limit, time);
        _registration = caller.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>Cancelled when the caller gives up or the limit is over.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>True if it was the silence that ended the request.</summary>
    public bool IsExpired => _source.IsCancellationRequested && !_caller.IsCancellationRequested;

    /// <summary>How long the silence may be.</summary>
    public TimeSpan Limit => _limit;

    /// <summary>Something moved: the time starts anew.</summary>
    public void Touch(TimeSpan extra = default)
    {
        if (!_source.IsCancellationRequested)
        {
            _source.CancelAfter(_limit + extra);
        }
    }

    /// <summary>Nothing is awaited from the connection: time stands still.</summary>
    public void Pause()
    {
        if (!_source.IsCancellationRequested)
        {
            _source.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Ends the request now.</summary>
    public void Cancel() => _source.Cancel();

    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }
}
