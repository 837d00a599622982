using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ImagePusher.Core.Yaml;

/// <summary>
/// A YAML parser whose every failure is a <see cref="YamlException"/> with a position. YamlDotNet fails in other ways on some
/// malformed text, such as a flow sequence that is not closed.
/// </summary>
/// <param name="parser">The parser of YamlDotNet.</param>
internal sealed class CheckedParser(IParser parser) : IParser
{
    private Mark _last = new(0, 1, 1);

    /// <inheritdoc/>
    public ParsingEvent? Current => parser.Current;

    /// <inheritdoc/>
    /// <exception cref="YamlException">The text is not valid YAML.</exception>
    public bool MoveNext()
    {
        try
        {
            if (!parser.MoveNext())
            {
                return false;
            }

            _last = parser.Current!.End;
            return true;
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            throw new YamlException(_last, _last, "the YAML after this position is malformed", error);
        }
    }
}
