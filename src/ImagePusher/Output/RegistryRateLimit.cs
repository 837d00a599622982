using ImagePusher.Core.Registry;

namespace ImagePusher.Output;

/// <summary>The number of pulls that a registry allows this client.</summary>
public sealed class RegistryRateLimit
{
    /// <summary>The registry, <c>host[:port]</c>; binds to -Registry.</summary>
    public required string Registry { get; init; }

    /// <summary>The number of pulls in a window of time.</summary>
    public long Limit { get; init; }

    /// <summary>The number of remaining pulls; null if the registry does not report it.</summary>
    public long? Remaining { get; init; }

    /// <summary>The length of the window in seconds; null if the registry does not report it.</summary>
    public long? WindowSec { get; init; }

    /// <summary>The address or account to which the limit applies; null if the registry does not report it.</summary>
    public string? Source { get; init; }

    /// <summary>The registry.</summary>
    public override string ToString() => Registry;

    internal static RegistryRateLimit Of(string registry, RateLimit limit) => new()
    {
        Registry = registry,
        Limit = limit.Limit,
        Remaining = limit.Remaining,
        WindowSec = limit.Window is { } window ? (long)window.TotalSeconds : null,
        Source = OutputText.Of(limit.Source),
    };
}
