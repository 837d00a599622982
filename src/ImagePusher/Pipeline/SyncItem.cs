using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Sync;
using ImagePusher.Output;

namespace ImagePusher.Pipeline;

/// <summary>One image of a run.</summary>
internal sealed record SyncItem
{
    /// <summary>The image at its source.</summary>
    public required ImageReference Source { get; init; }

    /// <summary>The target that the file states; null for none.</summary>
    public string? Target { get; init; }

    /// <summary>The platforms to copy of an index; empty for all.</summary>
    public IReadOnlyList<Platform> Platforms { get; init; } = [];

    /// <summary>True to copy referrers too; null if the file does not say.</summary>
    public bool? IncludeReferrers { get; init; }

    /// <summary>The number of remaining pulls below which the run waits; 0 for none.</summary>
    public int MinimumRateLimit { get; init; }

    /// <summary>The interval between two checks of the rate limit.</summary>
    public TimeSpan RateLimitRetry { get; init; } = RateLimitGate.DefaultRetry;

    /// <summary>The sync file; null for none.</summary>
    public string? Path { get; init; }

    /// <summary>The line of the entry.</summary>
    public int Line { get; init; }

    /// <summary>An image that an entry of a file selects.</summary>
    public static SyncItem Of(SyncFile file, SyncEntry entry, ImageReference source) => new()
    {
        Source = source,
        Target = entry.Target,
        Platforms = entry.Platforms,
        IncludeReferrers = entry.IncludeReferrers,
        MinimumRateLimit = entry.MinimumRateLimit,
        RateLimitRetry = entry.RateLimitRetry ?? RateLimitGate.DefaultRetry,
        Path = file.Path,
        Line = entry.Line,
    };

    /// <summary>The image as an object for people and pipelines.</summary>
    public SyncPlanItem ToPlan(ImageReference? target, string? action = null, Digest? digest = null) => new()
    {
        Source = Source.ToString(),
        Reference = target?.ToString(),
        Action = action,
        Digest = digest?.ToString(),
        Platform = SyncPlanItem.Platforms(Platforms),
        IncludeReferrers = IncludeReferrers,
        MinimumRateLimit = MinimumRateLimit,
        Target = Target,
        Path = OutputText.Of(Path),
        Line = Line,
    };
}
