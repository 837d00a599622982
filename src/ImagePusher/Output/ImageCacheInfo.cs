using ImagePusher.Core.Cache;

namespace ImagePusher.Output;

/// <summary>What a cache holds.</summary>
public sealed class ImageCacheInfo
{
    /// <summary>The cache's folder: what binds to -CachePath.</summary>
    public required string CachePath { get; init; }

    /// <summary>How many names it has.</summary>
    public long Images { get; init; }

    /// <summary>How many blobs and manifests.</summary>
    public long Blobs { get; init; }

    /// <summary>The bytes of all blobs.</summary>
    public long Size { get; init; }

    /// <summary>The bytes of blobs that one image alone names.</summary>
    public long UniqueSize { get; init; }

    /// <summary>The bytes of blobs that several images name.</summary>
    public long SharedSize { get; init; }

    /// <summary>The bytes of blobs that no image names: what Optimize-ImageCache can free.</summary>
    public long UnusedSize { get; init; }

    /// <summary>The bytes of blobs that are on their way, or were when their transfer broke.</summary>
    public long PartialSize { get; init; }

    /// <summary>When the oldest image was saved; null if none says so.</summary>
    public DateTimeOffset? Oldest { get; init; }

    /// <summary>The cache's folder.</summary>
    public override string ToString() => CachePath;

    internal static ImageCacheInfo Of(ImageCache cache, CacheStatistics statistics) => new()
    {
        CachePath = cache.Path,
        Images = statistics.Images,
        Blobs = statistics.Blobs,
        Size = statistics.Bytes,
        UniqueSize = statistics.UniqueBytes,
        SharedSize = statistics.SharedBytes,
        UnusedSize = statistics.UnusedBytes,
        PartialSize = statistics.PartialBytes,
        Oldest = statistics.Oldest,
    };
}
