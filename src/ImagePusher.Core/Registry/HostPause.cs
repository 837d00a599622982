namespace ImagePusher.Core.Registry;

/// <summary>
/// The pause that a registry requested with a rate limit: no new request is sent before its end, so that concurrent transfers do not each
/// exceed the limit.
/// </summary>
internal sealed class HostPause(TimeProvider time)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _until = DateTimeOffset.MinValue;

    /// <summary>The remaining time; zero without a pause.</summary>
    public TimeSpan Left
    {
        get
        {
            lock (_lock)
            {
                return _until - time.GetUtcNow() is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Extends the pause to at least a time from now.</summary>
    /// <returns>True if the pause became considerably longer.</returns>
    public bool Extend(TimeSpan wait)
    {
        lock (_lock)
        {
            var until = time.GetUtcNow() + wait;
            var isNews = until > _until + (wait / 2);
            _until = until > _until ? until : _until;
            return isNews;
        }
    }
}
