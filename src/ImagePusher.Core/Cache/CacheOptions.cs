using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Cache;

/// <summary>How a cache behaves; what is not set has the default that its member names.</summary>
public sealed record CacheOptions
{
    /// <summary>The clock of grace periods, time-outs and dates; the system's unless told.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>How long to wait for the cache's lock before <see cref="CacheLockedException"/>; one minute unless told.</summary>
    /// <remarks>The lock is never held across network traffic, so a longer wait means a process that hangs.</remarks>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a blob that no image names stays; one hour unless told. It is what protects the blobs of an image that
    /// another process is still saving: choose it longer than the longest save. A part of a
    /// blob that nobody goes on with stays 24 times as long: a day.
    /// </summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long to wait for a blob that another writer is writing and that does not grow, before it is written a second
    /// time beside it; ten seconds unless told.
    /// </summary>
    public TimeSpan BusyBlobPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Takes what there is to say: parts that are resumed, blobs that are waited for.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;
}
