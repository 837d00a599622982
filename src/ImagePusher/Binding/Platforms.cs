using ImagePusher.Core.Oci;

namespace ImagePusher.Binding;

/// <summary>Reads -Platform.</summary>
internal static class Platforms
{
    /// <summary>The platforms of a list, each once; an element may hold several, separated by commas.</summary>
    public static IReadOnlyList<Platform> Parse(string[]? platforms) =>
        [.. (platforms ?? []).SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Select(Platform.Parse).Distinct()];
}
