namespace ImagePusher.Output;

/// <summary>An image in the cache.</summary>
public sealed class CachedImage
{
    /// <summary>The full name: what binds to -Reference.</summary>
    public required string Reference { get; init; }

    /// <summary>Registry and repository.</summary>
    public required string Repository { get; init; }

    /// <summary>The tag; null where the image is named by its digest.</summary>
    public string? Tag { get; init; }

    /// <summary>The digest of the manifest or index.</summary>
    public required string Digest { get; init; }

    /// <summary>What it was made from, if it is not what its source had; else null.</summary>
    public string? SourceDigest { get; init; }

    /// <summary>The media type of the manifest or index.</summary>
    public required string MediaType { get; init; }

    /// <summary>The platforms, <c>os/architecture[/variant]</c>; empty for an artifact.</summary>
    public string[] Platform { get; init; } = [];

    /// <summary>The bytes of all its blobs and manifests, each counted once.</summary>
    public long Size { get; init; }

    /// <summary>The bytes of <see cref="Size"/> that no other image of the cache names. Get-CachedImage tells it; elsewhere it is null.</summary>
    public long? UniqueSize { get; init; }

    /// <summary>The bytes of <see cref="Size"/> that other images of the cache name too. Get-CachedImage tells it; elsewhere it is null.</summary>
    public long? SharedSize { get; init; }

    /// <summary>How many different layers it has, over all platforms.</summary>
    public long LayerCount { get; init; }

    /// <summary>True if everything that it names is in the cache.</summary>
    public bool IsComplete { get; init; }

    /// <summary>When the image was made, by its config; null if it does not say.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When it came into the cache; null if another tool put it there.</summary>
    public DateTimeOffset? Saved { get; init; }

    /// <summary>The folder of the cache that holds it: what binds to -CachePath.</summary>
    public required string CachePath { get; init; }

    /// <summary>The full name.</summary>
    public override string ToString() => Reference;
}
