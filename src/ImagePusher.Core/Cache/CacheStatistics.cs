namespace ImagePusher.Core.Cache;

/// <summary>What a cache holds.</summary>
public sealed record CacheStatistics
{
    /// <summary>The cache's folder.</summary>
    public required string Path { get; init; }

    /// <summary>The entries of the index: names, and images without a name.</summary>
    public int Images { get; init; }

    /// <summary>The blobs.</summary>
    public int Blobs { get; init; }

    /// <summary>The bytes of all blobs.</summary>
    public long Bytes { get; init; }

    /// <summary>The bytes of blobs that two or more images name.</summary>
    public long SharedBytes { get; init; }

    /// <summary>The bytes of blobs that one image names.</summary>
    public long UniqueBytes { get; init; }

    /// <summary>The bytes of blobs that no image names: what a garbage collection removes once they are old enough.</summary>
    public long UnusedBytes { get; init; }

    /// <summary>The bytes of blobs that are not whole yet.</summary>
    public long PartialBytes { get; init; }

    /// <summary>When the oldest image was saved; null if none says it.</summary>
    public DateTimeOffset? Oldest { get; init; }
}
