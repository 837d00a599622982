namespace ImagePusher.Output;

/// <summary>A repository of a registry.</summary>
public sealed class RegistryRepositoryInfo
{
    /// <summary>Registry and repository: what binds to Get-RegistryTag.</summary>
    public required string Repository { get; init; }

    /// <summary>The repository's path in the registry.</summary>
    public required string Name { get; init; }

    /// <summary>The registry, <c>host[:port]</c>: what binds to -Registry.</summary>
    public required string Registry { get; init; }

    /// <summary>Registry and repository.</summary>
    public override string ToString() => Repository;
}
