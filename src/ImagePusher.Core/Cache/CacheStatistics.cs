namespace ImagePusher.Core.Cache;

/// <summary>The statistics of a cache.</summary>
internal sealed record CacheStatistics
{
    /// <summary>The cache's folder.</summary>
    public required string Path { get; init; }

    /// <summary>The number of entries of the index, names and images without a name, without referrers that were copied along.</summary>
    public int Images { get; init; }

    /// <summary>The number of blobs.</summary>
    public int Blobs { get; init; }

    /// <summary>The bytes of all blobs.</summary>
    public long Bytes { get; init; }

    /// <summary>The bytes of blobs that two or more images use.</summary>
    public long SharedBytes { get; init; }

    /// <summary>The bytes of blobs that one image uses.</summary>
    public long UniqueBytes { get; init; }

    /// <summary>The bytes of blobs that no image uses: garbage collection removes them once they are old enough.</summary>
    public long UnusedBytes { get; init; }

    /// <summary>The bytes of incomplete blobs.</summary>
    public long PartialBytes { get; init; }

    /// <summary>The time at which the oldest image was saved; null if no entry has a date.</summary>
    public DateTimeOffset? Oldest { get; init; }
}
