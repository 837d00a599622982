using ImagePusher.Core.Abstractions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Cache;

/// <summary>How a cache behaves.</summary>
internal sealed record CacheOptions
{
    /// <summary>The clock of grace periods, time-outs and dates. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>How long to wait for the cache's lock before <see cref="CacheLockedException"/>. Default: one minute.</summary>
    /// <remarks>The lock is never held across network traffic, so a longer wait means a process that hangs.</remarks>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a blob that no image uses is kept. Default: one hour. It protects the blobs of an image that another process
    /// is still saving, so it must be longer than the longest save. A part of a blob that no writer resumes is kept 24 times
    /// as long: a day.
    /// </summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long to wait for a blob that another writer has open and that does not grow, before a second copy is written.
    /// Default: ten seconds.
    /// </summary>
    public TimeSpan BusyBlobTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Remembers which blobs this user's processes hashed; null to hash each time.</summary>
    internal IVerifiedFiles? VerifiedFiles { get; init; }

    /// <summary>Receives messages about parts that are resumed and blobs that are waited for.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;
}
