using ImagePusher.Core.Naming;

namespace ImagePusher.Output;

/// <summary>A repository of a registry.</summary>
public sealed class RegistryRepositoryInfo
{
    /// <summary>Registry and repository; binds to -Reference of Get-RegistryTag.</summary>
    public required string Repository { get; init; }

    /// <summary>The path of the repository in the registry.</summary>
    public required string Name { get; init; }

    /// <summary>The registry, <c>host[:port]</c>; binds to -Registry.</summary>
    public required string Registry { get; init; }

    /// <summary>Registry and repository.</summary>
    public override string ToString() => Repository;

    internal static RegistryRepositoryInfo Of(string registry, string path, ImageReference? name) => new()
    {
        Repository = name?.Name ?? OutputText.Of($"{registry}/{path}"),
        Name = OutputText.Of(path),
        Registry = registry,
    };
}
