using System.Collections;
using System.Collections.Specialized;
using ImagePusher.Core.Messages;

namespace ImagePusher.Output;

/// <summary>Names and values in the order of the image, readable as text. Names are case-sensitive, as they are in the image.</summary>
internal static class TextTable
{
    /// <summary>A read-only table of texts.</summary>
    public static IDictionary Of(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var table = new OrderedDictionary(StringComparer.Ordinal);
        foreach (var (name, value) in pairs)
        {
            table[TerminalText.Escape(name)] = TerminalText.Escape(value);
        }

        return table.AsReadOnly();
    }
}
