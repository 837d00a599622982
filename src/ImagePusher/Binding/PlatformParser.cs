using ImagePusher.Core;
using ImagePusher.Core.Oci;

namespace ImagePusher.Binding;

/// <summary>Reads -Platform.</summary>
internal static class PlatformParser
{
    /// <summary>The platforms of a text, separated by commas.</summary>
    /// <exception cref="InvalidReferenceException">The text is not a platform.</exception>
    public static IReadOnlyList<Platform> Parse(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } parts
            ? [.. parts.Select(Platform.Parse)]
            : [Platform.Parse(text)];
}
