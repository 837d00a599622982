using ImagePusher.Core.Naming;

namespace ImagePusher.Output;

/// <summary>A tag of a repository.</summary>
public sealed class RegistryTag
{
    /// <summary>The full name; binds to -Reference.</summary>
    public required string Reference { get; init; }

    /// <summary>Registry and repository.</summary>
    public required string Repository { get; init; }

    /// <summary>The tag.</summary>
    public required string Tag { get; init; }

    /// <summary>The registry, <c>host[:port]</c>; binds to -Registry.</summary>
    public required string Registry { get; init; }

    /// <summary>The full name.</summary>
    public override string ToString() => Reference;

    internal static RegistryTag Of(ImageReference name) => new()
    {
        Reference = name.ToString(),
        Repository = name.Name,
        Tag = name.Tag!,
        Registry = name.Registry,
    };
}
