using ImagePusher.Core.Cache;

namespace ImagePusher.Output;

/// <summary>The result of testing a cached image.</summary>
public sealed class CachedImageTest
{
    /// <summary>The full name; binds to -Reference.</summary>
    public required string Reference { get; init; }

    /// <summary>The digest of the manifest or index.</summary>
    public required string Digest { get; init; }

    /// <summary>True if no content is missing, and no content that was read is damaged.</summary>
    public bool IsValid { get; init; }

    /// <summary>True if all content was read and hashed; false if only its existence and size were verified.</summary>
    public bool IsFull { get; init; }

    /// <summary>The number of bytes that were read and hashed; 0 unless <see cref="IsFull"/>.</summary>
    public long BytesRead { get; init; }

    /// <summary>The digests of missing content.</summary>
    public required TextList<string> Missing { get; init; }

    /// <summary>The digests of damaged content.</summary>
    public required TextList<string> Damaged { get; init; }

    /// <summary>The folder of the cache; binds to -CachePath.</summary>
    public required string CachePath { get; init; }

    /// <summary>The full name.</summary>
    public override string ToString() => Reference;

    internal static CachedImageTest Of(ImageCache cache, CacheEntry entry, VerifyReport report, bool isFull) => new()
    {
        Reference = OutputText.Of(entry.ToString()),
        Digest = entry.Digest.ToString(),
        IsValid = report.IsIntact,
        IsFull = isFull,
        BytesRead = report.BytesRead,
        Missing = OutputText.List(report.Missing),
        Damaged = OutputText.List(report.Damaged.Select(damaged => damaged.Descriptor)),
        CachePath = cache.Path,
    };
}
