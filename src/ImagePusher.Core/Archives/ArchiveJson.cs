using System.Text.Json;

namespace ImagePusher.Core.Archives;

/// <summary>Reads the JSON files of archives as leniently as the tools that load them.</summary>
internal static class ArchiveJson
{
    /// <summary>Reads the first JSON value. A byte order mark before it and bytes after it are ignored.</summary>
    /// <exception cref="JsonException">There is no JSON value.</exception>
    public static JsonDocument Parse(ReadOnlySpan<byte> raw)
    {
        var reader = new Utf8JsonReader(raw[MarkLength(raw)..]);
        return JsonDocument.ParseValue(ref reader);
    }

    /// <summary>The bytes without a byte order mark before them.</summary>
    public static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> raw) => raw[MarkLength(raw.Span)..];

    private static int MarkLength(ReadOnlySpan<byte> raw) => raw.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0;
}
