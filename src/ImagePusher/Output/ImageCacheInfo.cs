using ImagePusher.Core.Cache;

namespace ImagePusher.Output;

/// <summary>The size of a cache.</summary>
public sealed class ImageCacheInfo
{
    /// <summary>The folder of the cache; binds to -CachePath.</summary>
    public required string CachePath { get; init; }

    /// <summary>The number of names.</summary>
    public long Images { get; init; }

    /// <summary>The number of blobs and manifests.</summary>
    public long Blobs { get; init; }

    /// <summary>The size of all blobs in bytes.</summary>
    public long Size { get; init; }

    /// <summary>The size of the blobs that one image uses.</summary>
    public long UniqueSize { get; init; }

    /// <summary>The size of the blobs that several images use.</summary>
    public long SharedSize { get; init; }

    /// <summary>The size of the blobs that no image uses: Optimize-ImageCache can remove them.</summary>
    public long UnusedSize { get; init; }

    /// <summary>The size of unfinished blobs, of transfers in progress and of interrupted ones.</summary>
    public long PartialSize { get; init; }

    /// <summary>The time at which the oldest image was saved; null if unknown.</summary>
    public DateTimeOffset? Oldest { get; init; }

    /// <summary>The folder of the cache.</summary>
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
