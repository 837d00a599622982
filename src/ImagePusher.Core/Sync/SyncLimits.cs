namespace ImagePusher.Core.Sync;

/// <summary>The limits on a sync file and on a run of it. docs/security.md lists them.</summary>
internal static class SyncLimits
{
    /// <summary>The maximum number of entries of a file: 10,000.</summary>
    public const int Entries = 10_000;

    /// <summary>The longest regular expression, in characters: 4,096.</summary>
    public const int Expression = 4096;

    /// <summary>The maximum number of regular expressions of a file, aliases included: 100,000.</summary>
    public const int Expressions = 100_000;

    /// <summary>The maximum number of characters of all different regular expressions of a file: 262,144; each takes up to 3 KB of
    /// memory.</summary>
    public const int ExpressionCharacters = 256 * 1024;

    /// <summary>The longest value in which environment variables are replaced, in characters: 65,536.</summary>
    public const int ExpandedValue = 64 * 1024;

    /// <summary>The maximum number of images that one run selects: 200,000.</summary>
    public const int Images = 200_000;

    /// <summary>The maximum time to wait until a registry allows enough pulls: 24 hours, four times Docker Hub's window.</summary>
    public static readonly TimeSpan RateLimitWait = TimeSpan.FromHours(24);
}
