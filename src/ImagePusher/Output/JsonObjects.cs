using System.Collections.Specialized;
using System.Text.Json;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Oci;

namespace ImagePusher.Output;

/// <summary>Makes ordered tables and lists of JSON, as ConvertFrom-Json -AsHashtable does, with printable text.</summary>
internal static class JsonObjects
{
    /// <summary>The object of a JSON value; the parser bounds its depth.</summary>
    public static object? Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => Table(value),
        JsonValueKind.Array => value.EnumerateArray().Select(Of).ToArray(),
        JsonValueKind.String => TerminalText.Escape(value.Text() ?? ""),
        JsonValueKind.Number => value.TryGetInt64(out var number) ? number : value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static OrderedDictionary Table(JsonElement value)
    {
        var table = new OrderedDictionary(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            if (OciJson.NameOf(property) is { } name)
            {
                table[TerminalText.Escape(name)] = Of(property.Value);
            }
        }

        return table.AsReadOnly();
    }
}
