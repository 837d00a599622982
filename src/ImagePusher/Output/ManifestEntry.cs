namespace ImagePusher.Output;

/// <summary>One layer of a manifest, or one manifest of an index.</summary>
public sealed class ManifestEntry
{
    /// <summary>Its digest.</summary>
    public required string Digest { get; init; }

    /// <summary>Its media type.</summary>
    public required string MediaType { get; init; }

    /// <summary>Its size in bytes.</summary>
    public long Size { get; init; }

    /// <summary>For a manifest of an index: its full name by digest, which binds to -Reference; null for a layer, which is no image.</summary>
    public string? Reference { get; init; }

    /// <summary>The platform, for a manifest of an index; else null.</summary>
    public string? Platform { get; init; }

    /// <summary>The digest.</summary>
    public override string ToString() => Digest;
}
