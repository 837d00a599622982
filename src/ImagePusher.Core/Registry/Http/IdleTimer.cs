namespace ImagePusher.Core.Registry.Http;

/// <summary>Cancels a request whose connection transferred no data for too long. The whole request has no limit.</summary>
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

    /// <summary>Canceled by the caller, or when the time is over.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>True if the time-out canceled the request.</summary>
    public bool IsExpired => _source.IsCancellationRequested && !_caller.IsCancellationRequested;

    /// <summary>The longest time without data.</summary>
    public TimeSpan Limit => _limit;

    /// <summary>Data was transferred: the time starts again.</summary>
    public void Touch(TimeSpan extra = default)
    {
        if (!_source.IsCancellationRequested && _limit != Timeout.InfiniteTimeSpan)
        {
            _source.CancelAfter(_limit + extra);
        }
    }

    /// <summary>Stops the time while no data is expected.</summary>
    public void Pause()
    {
        if (!_source.IsCancellationRequested)
        {
            _source.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Cancels the request.</summary>
    public void Cancel() => _source.Cancel();

    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }
}
