using ImagePusher.Core.Inspection;

namespace ImagePusher.Output;

/// <summary>The health check of an image.</summary>
public sealed class ImageHealthCheck
{
    /// <summary>The command, after <c>CMD</c> or <c>CMD-SHELL</c>; <c>NONE</c> switches an inherited check off.</summary>
    public required TextList<string> Test { get; init; }

    /// <summary>The time between two checks; null for the engine's default.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>The time limit of a check; null for the engine's default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The time in which failures do not count; null for the engine's default.</summary>
    public TimeSpan? StartPeriod { get; init; }

    /// <summary>The time between two checks in the start period; null for the engine's default.</summary>
    public TimeSpan? StartInterval { get; init; }

    /// <summary>The number of consecutive failures after which a container is unhealthy; null for the engine's default.</summary>
    public long? Retries { get; init; }

    /// <summary>The command.</summary>
    public override string ToString() => Test.ToString();

    internal static ImageHealthCheck Of(HealthCheckSettings check) => new()
    {
        Test = OutputText.List(check.Test),
        Interval = check.Interval,
        Timeout = check.Timeout,
        StartPeriod = check.StartPeriod,
        StartInterval = check.StartInterval,
        Retries = check.Retries,
    };
}
