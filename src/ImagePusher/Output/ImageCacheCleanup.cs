using ImagePusher.Core.Cache;

namespace ImagePusher.Output;

/// <summary>What was freed in a cache.</summary>
public sealed class ImageCacheCleanup
{
    /// <summary>The cache's folder: what binds to -CachePath.</summary>
    public required string CachePath { get; init; }

    /// <summary>How many blobs and manifests were removed.</summary>
    public long Blobs { get; init; }

    /// <summary>How many unfinished blobs were removed.</summary>
    public long Partials { get; init; }

    /// <summary>The bytes that were freed.</summary>
    public long BytesFreed { get; init; }

    /// <summary>How many unused blobs stay, since they are younger than the grace period.</summary>
    public long Kept { get; init; }

    /// <summary>The cache's folder.</summary>
    public override string ToString() => CachePath;

    internal static ImageCacheCleanup Of(ImageCache cache, GarbageReport report) => new()
    {
        CachePath = cache.Path,
        Blobs = report.Blobs,
        Partials = report.Partials,
        BytesFreed = report.Bytes,
        Kept = report.Kept,
    };
}
