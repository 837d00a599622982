namespace ImagePusher.Core.Sync;

/// <summary>The limits on a sync file and on a run of it. docs/security.md lists them.</summary>
internal static class SyncLimits
{
    /// <summary>The most entries of a file: 10,000.</summary>
    public const int Entries = 10_000;

    /// <summary>The longest regular expression, in characters: 4,096.</summary>
    public const int Expression = 4096;

    /// <summary>The most images that one run selects: 200,000.</summary>
    public const int Images = 200_000;

    /// <summary>How long a run waits until a registry allows enough pulls: 24 hours, four times Docker Hub's window.</summary>
    public static readonly TimeSpan RateLimitWait = TimeSpan.FromHours(24);
}
