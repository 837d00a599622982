using ImagePusher.Core.Cache;

namespace ImagePusher.Output;

/// <summary>The result of removing content from a cache.</summary>
public sealed class ImageCacheCleanup
{
    /// <summary>The folder of the cache; binds to -CachePath.</summary>
    public required string CachePath { get; init; }

    /// <summary>The number of blobs and manifests that were removed.</summary>
    public long Blobs { get; init; }

    /// <summary>The number of unfinished blobs that were removed.</summary>
    public long Partials { get; init; }

    /// <summary>The number of bytes that were freed.</summary>
    public long BytesFreed { get; init; }

    /// <summary>The number of unused blobs that were kept because they are younger than the grace period.</summary>
    public long Kept { get; init; }

    /// <summary>The folder of the cache.</summary>
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
