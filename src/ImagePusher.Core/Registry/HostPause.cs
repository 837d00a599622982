namespace ImagePusher.Core.Registry;

/// <summary>
/// The pause that a registry asked for when it was asked too often: until it is over, nothing new is asked, so that many images
/// at once do not each find out by a refusal of their own.
/// </summary>
internal sealed class HostPause(string registry, TimeProvider time)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _until = DateTimeOffset.MinValue;

    /// <summary>Who asked for it.</summary>
    public string Registry => registry;

    /// <summary>How long it lasts; zero if there is none.</summary>
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

    /// <summary>Lasts at least so long from now on.</summary>
    /// <returns>True if that is news; false if it lasts nearly as long already.</returns>
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
