namespace ImagePusher.Output;

/// <summary>What a copy would do with one blob.</summary>
public sealed class ImageCopyPlanBlob
{
    /// <summary><c>Exists</c>, <c>Mount</c>, <c>Upload</c>, <c>Encode</c> or <c>Decode</c>.</summary>
    public required string Action { get; init; }

    /// <summary><c>Layer</c> or <c>Config</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Its digest: that of the plain layer for <c>Encode</c>, and what a plain layer became where that is remembered.</summary>
    public required string Digest { get; init; }

    /// <summary>Its media type.</summary>
    public required string MediaType { get; init; }

    /// <summary>Its size in bytes.</summary>
    public long Size { get; init; }

    /// <summary>For <c>Mount</c>: the repository of that registry that has it; else null.</summary>
    public string? From { get; init; }

    /// <summary>The digest.</summary>
    public override string ToString() => Digest;
}
