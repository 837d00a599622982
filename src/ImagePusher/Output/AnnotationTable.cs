using System.Collections;
using ImagePusher.Core.Messages;

namespace ImagePusher.Output;

/// <summary>Annotations by name; readable as text.</summary>
internal sealed class AnnotationTable : Hashtable
{
    public AnnotationTable(IReadOnlyDictionary<string, string> annotations)
    {
        foreach (var (name, value) in annotations)
        {
            base[TerminalText.Escape(name)] = TerminalText.Escape(value);
        }
    }

    /// <summary>The annotations in the order of their names: <c>name=value, name=value</c>.</summary>
    public override string ToString() =>
        string.Join(", ", Keys.Cast<string>().Order(StringComparer.Ordinal).Select(name => $"{name}={this[name]}"));
}
