namespace ImagePusher.Output;

/// <summary>What a test of a cached image found.</summary>
public sealed class CachedImageTest
{
    /// <summary>The full name: what binds to -Reference.</summary>
    public required string Reference { get; init; }

    /// <summary>The digest of the manifest or index.</summary>
    public required string Digest { get; init; }

    /// <summary>True if nothing is missing and nothing that was read is damaged.</summary>
    public bool IsValid { get; init; }

    /// <summary>True if the blobs' bytes were read and hashed, false if only their presence and sizes were checked.</summary>
    public bool IsFull { get; init; }

    /// <summary>How many bytes were read and hashed; 0 unless the test was a full one.</summary>
    public long BytesRead { get; init; }

    /// <summary>The digests of what is missing.</summary>
    public string[] Missing { get; init; } = [];

    /// <summary>The digests of what is damaged.</summary>
    public string[] Damaged { get; init; } = [];

    /// <summary>The folder of the cache.</summary>
    public required string CachePath { get; init; }

    /// <summary>The full name.</summary>
    public override string ToString() => Reference;
}
