using ImagePusher.Core.Abstractions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Cache;

/// <summary>The options of a cache.</summary>
internal sealed record CacheOptions
{
    /// <summary>The clock of grace periods, time-outs and dates. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The time to wait for the cache's lock before <see cref="CacheLockedException"/>. Default: one minute.</summary>
    /// <remarks>The lock is never held during network operations, so a longer wait means that a process does not respond.</remarks>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The time for which a blob is kept that no image uses. Default: one hour. It protects the blobs of an image that another process is
    /// saving, so it must be longer than the longest save. A partial blob that no writer resumes is kept 24 times as long, by default for a
    /// day.
    /// </summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// The time to wait for a blob that another writer has open and that does not grow, before a second copy is written.
    /// Default: ten seconds.
    /// </summary>
    public TimeSpan BusyBlobTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Records which blobs this user's processes hashed; null to hash each time.</summary>
    internal IVerifiedFiles? VerifiedFiles { get; init; }

    /// <summary>Receives messages about parts that are resumed and blobs that are waited for.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;
}
