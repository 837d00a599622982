using System.Text.Json;

namespace ImagePusher.Core.Archives;

/// <summary>Reads the JSON files of archives as leniently as the tools that load them.</summary>
internal static class ArchiveJson
{
    /// <summary>Reads the first JSON value. A byte order mark before it and bytes after it are ignored.</summary>
    /// <exception cref="JsonException">There is no JSON value.</exception>
    public static JsonDocument Parse(ReadOnlySpan<byte> raw)
    {
        var reader = new Utf8JsonReader(raw.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? raw[3..] : raw);
        return JsonDocument.ParseValue(ref reader);
    }
}
