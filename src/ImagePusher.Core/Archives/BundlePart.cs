using System.Text.Json;
using ImagePusher.Core.IO;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Archives;

/// <summary>
/// The description of all parts of a bundle: a file in each part, which other tools ignore. With it, a missing part is reported with the
/// images that need it.
/// </summary>
/// <param name="Bundle">Identifies the bundle: the digest of what its parts contain.</param>
/// <param name="Number">The number of this part, from 1.</param>
/// <param name="Parts">The file name of each part, and the images with a blob in it.</param>
internal sealed record BundlePart(string Bundle, int Number, IReadOnlyList<(string File, IReadOnlyList<string> Images)> Parts)
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "imagepusher-bundle.json";

    /// <summary>The content of the file.</summary>
    public byte[] Write() => OciJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("schemaVersion", 1);
        writer.WriteString("bundle", Bundle);
        writer.WriteNumber("part", Number);
        writer.WriteStartArray("parts");
        foreach (var (file, images) in Parts)
        {
            writer.WriteStartObject();
            writer.WriteString("file", file);
            writer.WriteStartArray("images");
            images.ToList().ForEach(writer.WriteStringValue);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    /// <summary>Reads the file.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="FormatException">It does not describe the parts of a bundle.</exception>
    public static BundlePart Parse(ReadOnlyMemory<byte> content)
    {
        using var document = JsonDocument.Parse(content);
        var parts = OciJson.Objects(document.RootElement, "parts").Select(part => (
            File: TerminalText.Escape(part.Text("file") ?? "?"),
            Images: (IReadOnlyList<string>)[.. OciJson.Texts(part, "images").Select(TerminalText.Escape)])).ToList();
        return document.RootElement.Text("bundle") is { } bundle && parts.Count is > 0 and <= Limits.BundleParts
            && document.RootElement.Property("part") is { ValueKind: JsonValueKind.Number } part
            && part.TryGetInt32(out var number) && number >= 1 && number <= parts.Count
            ? new BundlePart(bundle, number, parts)
            : throw new FormatException("it does not describe the parts of a bundle");
    }
}
