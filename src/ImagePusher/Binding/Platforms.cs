using ImagePusher.Core.Oci;

namespace ImagePusher.Binding;

/// <summary>Reads -Platform.</summary>
internal static class Platforms
{
    /// <summary>The platforms of one text, which may be several with commas between.</summary>
    /// <exception cref="InvalidReferenceException">The text is none.</exception>
    public static IReadOnlyList<Platform> Parse(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } parts
            ? [.. parts.Select(Platform.Parse)]
            : [Platform.Parse(text)];
}
