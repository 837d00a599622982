using System.Text.Json;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Inspection;

/// <summary>The health check of a container.</summary>
/// <param name="Test">The command, after <c>CMD</c> or <c>CMD-SHELL</c>; <c>NONE</c> switches an inherited check off.</param>
/// <param name="Interval">The time between two checks; null for the engine's default.</param>
/// <param name="Timeout">The time limit of a check; null for the engine's default.</param>
/// <param name="StartPeriod">The time in which failures do not count; null for the engine's default.</param>
/// <param name="StartInterval">The time between two checks in the start period; null for the engine's default.</param>
/// <param name="Retries">The number of consecutive failures that make a container unhealthy; null for the engine's default.</param>
/// <remarks>moby, image/spec/v1.2.md, "Healthcheck": times are nanoseconds, 0 inherits.</remarks>
internal sealed record HealthCheckSettings(
    IReadOnlyList<string> Test, TimeSpan? Interval, TimeSpan? Timeout, TimeSpan? StartPeriod, TimeSpan? StartInterval, long? Retries)
{
    private const long NanosecondsPerTick = 100;

    public static HealthCheckSettings Of(JsonElement check) => new(
        ImageDocument.Texts(check.Property("Test")), Time(check, "Interval"), Time(check, "Timeout"), Time(check, "StartPeriod"),
        Time(check, "StartInterval"), Number(check, "Retries"));

    private static TimeSpan? Time(JsonElement check, string name) =>
        Number(check, name) is { } nanoseconds ? TimeSpan.FromTicks(nanoseconds / NanosecondsPerTick) : null;

    private static long? Number(JsonElement check, string name) =>
        check.Property(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) && value != 0
            ? value
            : null;
}
