using System.Text.Json;
using System.Text.Unicode;

namespace ImagePusher.Core.Trust;

/// <summary>Malformed content at a known place of a document.</summary>
/// <param name="place">The place, as <see cref="StrictJson.Join"/> writes it.</param>
/// <param name="message">The problem.</param>
internal sealed class JsonContentException(string place, string message) : FormatException(message)
{
    public string Place => place;
}

/// <summary>Finds the position of a place in a JSON document, for messages: line and column, in bytes, starting at 1.</summary>
internal static class JsonPosition
{
    // Only so that a document of opening brackets ends: StrictJson accepts far fewer.
    private const int ReadDepth = 1000;

    /// <summary>The position of a place, or of the innermost part of it that the document has.</summary>
    public static string Of(ReadOnlySpan<byte> json, string place)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = ReadDepth });
        reader.Read();
        var (position, matched) = (reader.TokenStartIndex, 0);
        while (matched < place.Length && FindNext(ref reader, place, ref matched) is { } inner)
        {
            position = inner;
        }

        return At(json, position);
    }

    /// <summary>The position of the first property that its object has twice, or of the first value that is nested too deeply.</summary>
    public static string? OfDuplicateOrDepth(ReadOnlySpan<byte> json, int depth)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = ReadDepth });
        var names = new Stack<HashSet<string>>();
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray when reader.CurrentDepth >= depth:
                case JsonTokenType.PropertyName when !names.Peek().Add(NameOf(ref reader)):
                    return At(json, reader.TokenStartIndex);
                case JsonTokenType.StartObject:
                    names.Push(new HashSet<string>(StringComparer.Ordinal));
                    break;
                case JsonTokenType.EndObject:
                    names.Pop();
                    break;
            }
        }

        return null;
    }

    /// <summary>The position of the first byte that is not UTF-8.</summary>
    public static string OfInvalidText(ReadOnlySpan<byte> json)
    {
        _ = Utf8.ToUtf16(json, new char[json.Length], out var valid, out _, replaceInvalidSequences: false);
        return At(json, valid);
    }

    // Moves from a container to its child at or around the position; the reader is then at the value of the child.
    private static long? FindNext(ref Utf8JsonReader reader, string place, ref int matched)
    {
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        if (!isObject && reader.TokenType != JsonTokenType.StartArray)
        {
            return null;
        }

        for (var index = 0; reader.Read() && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray); index++)
        {
            var position = reader.TokenStartIndex;
            var segment = isObject ? StrictJson.Segment(NameOf(ref reader), isFirst: matched == 0) : $"[{index}]";
            if (isObject)
            {
                reader.Read();
            }

            var end = matched + segment.Length;
            if (string.CompareOrdinal(place, matched, segment, 0, segment.Length) == 0 && (end == place.Length || place[end] is '.' or '['))
            {
                matched = end;
                return position;
            }

            reader.Skip();
        }

        return null;
    }

    // A name with half of a surrogate pair is not Unicode text: its bytes identify it.
    private static string NameOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Convert.ToHexString(reader.ValueSpan);
        }
    }

    private static string At(ReadOnlySpan<byte> json, long position)
    {
        var before = json[..(int)position];
        return $"line {before.Count((byte)'\n') + 1}, column {before.Length - before.LastIndexOf((byte)'\n')}";
    }
}
