namespace ImagePusher.Output;

/// <summary>How many pulls a registry allows to whom it sees.</summary>
public sealed class RegistryRateLimit
{
    /// <summary>The registry, <c>host[:port]</c>: what binds to -Registry.</summary>
    public required string Registry { get; init; }

    /// <summary>The pulls allowed in a window.</summary>
    public long Limit { get; init; }

    /// <summary>The pulls left; null if the registry does not say.</summary>
    public long? Remaining { get; init; }

    /// <summary>The seconds of a window; null if the registry does not say.</summary>
    public long? WindowSec { get; init; }

    /// <summary>What is counted, an address or an account; null if the registry does not say.</summary>
    public string? Source { get; init; }

    /// <summary>The registry.</summary>
    public override string ToString() => Registry;
}
