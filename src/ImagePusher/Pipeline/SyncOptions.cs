using ImagePusher.Core.Oci;

namespace ImagePusher.Pipeline;

/// <summary>The options of a run; unspecified values are those of the file.</summary>
internal sealed record SyncOptions
{
    /// <summary>The platforms of the call; empty for those of the file.</summary>
    public IReadOnlyList<Platform> Platforms { get; init; } = [];

    /// <summary>True to copy referrers too; null for the value in the file.</summary>
    public bool? IncludeReferrers { get; init; }

    /// <summary>True to keep a name at the target that belongs to a different image.</summary>
    public bool NoClobber { get; init; }

    /// <summary>True to send content that exists.</summary>
    public bool Force { get; init; }

    /// <summary>The number of remaining pulls below which the run waits; null for that of the file.</summary>
    public int? MinimumRateLimit { get; init; }

    /// <summary>True to fail instead of waiting.</summary>
    public bool StopsAtRateLimit { get; init; }

    /// <summary>The maximum number of concurrent blob transfers of a copy to a registry.</summary>
    public required Func<string, int> ThrottleFor { get; init; }

    /// <summary>The report of the run; null for none.</summary>
    public SyncReport? Report { get; init; }

    /// <summary>The clock of waits.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
