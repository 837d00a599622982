namespace ImagePusher.Output;

/// <summary>What became of one image that was pushed or copied.</summary>
public sealed class ImagePushResult
{
    /// <summary>The image's name where it came from.</summary>
    public required string Source { get; init; }

    /// <summary>The full name at the target: what binds to -Reference.</summary>
    public required string Reference { get; init; }

    /// <summary>The digest that the name now stands for.</summary>
    public required string Digest { get; init; }

    /// <summary>What it was made from, if it is not what the source had; else null.</summary>
    public string? SourceDigest { get; init; }

    /// <summary>How many different layers it has, over all platforms; null if it was there, and nobody had to read it.</summary>
    public long? Layers { get; init; }

    /// <summary>How many of them were sent.</summary>
    public long Uploaded { get; init; }

    /// <summary>How many of them the registry took from another of its repositories.</summary>
    public long Mounted { get; init; }

    /// <summary>How many of them were there already; null where <see cref="Layers"/> is.</summary>
    public long? Existing { get; init; }

    /// <summary>The bytes of blobs and manifests that were sent, repeated ones too.</summary>
    public long BytesSent { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The full name at the target.</summary>
    public override string ToString() => Reference;
}
