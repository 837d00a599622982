using System.Text.Json;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Layout;

/// <summary>The file <c>oci-layout</c>, which marks a folder or archive as an OCI image layout and names its version.</summary>
/// <remarks>image-spec, image-layout.md#oci-layout-file.</remarks>
internal static class LayoutMarker
{
    /// <summary>The maximum number of bytes that a marker may have.</summary>
    public const int MaximumSize = 64 * 1024;

    /// <summary>The content of a new marker.</summary>
    public static readonly byte[] Content = """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray();

    /// <summary>Checks a marker.</summary>
    /// <returns>Null if it is the marker of a version that is supported; else what is wrong, as the end of a sentence.</returns>
    public static string? FindProblem(ReadOnlyMemory<byte> content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return document.RootElement.Text("imageLayoutVersion") switch
            {
                null => "it has no 'imageLayoutVersion'",
                var version when version.StartsWith("1.", StringComparison.Ordinal) => null,
                var version => $"the layout version '{version}' is not supported, only 1.x is",
            };
        }
        catch (JsonException)
        {
            return "it is not JSON";
        }
        catch (InvalidOperationException)
        {
            return "it is not a JSON object";
        }
    }
}
