namespace ImagePusher.Output;

/// <summary>A tag of a repository.</summary>
public sealed class RegistryTag
{
    /// <summary>The full name: what binds to -Reference.</summary>
    public required string Reference { get; init; }

    /// <summary>Registry and repository.</summary>
    public required string Repository { get; init; }

    /// <summary>The tag.</summary>
    public required string Tag { get; init; }

    /// <summary>The registry, <c>host[:port]</c>: what binds to -Registry.</summary>
    public required string Registry { get; init; }

    /// <summary>The full name.</summary>
    public override string ToString() => Reference;
}
