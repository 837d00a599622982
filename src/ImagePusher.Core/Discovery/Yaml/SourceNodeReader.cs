using ImagePusher.Core.Yaml;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ImagePusher.Core.Discovery.Yaml;

/// <summary>Builds the nodes of a part of a file from the parser's events.</summary>
/// <param name="source">The file.</param>
/// <param name="text">The part.</param>
/// <param name="firstLine">The line of the file on which the part starts.</param>
/// <param name="nodes">The number of nodes of earlier parts.</param>
internal sealed class SourceNodeReader(SourceText source, string text, int firstLine, int nodes)
{
    private readonly int _start = source.LineStart(firstLine);
    private readonly CheckedParser _parser = new(new Parser(new Scanner(new StringReader(text), skipComments: true)));
    private readonly Dictionary<string, SourceNode> _anchors = new(StringComparer.Ordinal);

    /// <summary>The number of nodes that were read, including earlier parts.</summary>
    public int Nodes { get; private set; } = nodes;

    /// <summary>The roots of the part's documents.</summary>
    /// <exception cref="InvalidFileException">The part is not valid YAML.</exception>
    /// <exception cref="LimitExceededException">The file has too many or too deeply nested nodes.</exception>
    public List<SourceNode> Read()
    {
        var roots = new List<SourceNode>();
        while (Next() is { } current)
        {
            if (current is DocumentStart)
            {
                _anchors.Clear();
            }
            else if (current is NodeEvent)
            {
                roots.Add(Build(current, 0));
            }
        }

        return roots;
    }

    private SourceNode Build(ParsingEvent current, int depth)
    {
        if (current is AnchorAlias alias)
        {
            return Find(alias, depth);
        }

        if (current is not NodeEvent)
        {
            // The parser ends some malformed mappings before the value of their last key.
            throw source.Invalid(LineOf(current.Start), (int)current.Start.Column, "a value is missing");
        }

        Count(1, depth + 1, current.Start);
        var (start, end) = (_start + (int)current.Start.Index, _start + (int)current.End.Index);
        var node = current switch
        {
            Scalar scalar => SourceNode.Scalar(scalar.Value, start, end, scalar.Style == ScalarStyle.Literal),
            MappingStart => SourceNode.Mapping(start),
            _ => SourceNode.Sequence(start),
        };
        Remember((NodeEvent)current, node);
        if (current is MappingStart)
        {
            while (Next() is { } key and not MappingEnd)
            {
                node.Entries.Add((Build(key, depth + 1), Build(Next()!, depth + 1)));
            }
        }
        else if (current is SequenceStart)
        {
            while (Next() is { } item and not SequenceEnd)
            {
                node.Items.Add(Build(item, depth + 1));
            }
        }

        return node.Complete();
    }

    // The content of an alias counts each time: aliases of aliases multiply, and nest deeper than the text.
    private SourceNode Find(AnchorAlias alias, int depth)
    {
        var (name, line, column) = (alias.Value.Value, LineOf(alias.Start), (int)alias.Start.Column);
        var node = _anchors.GetValueOrDefault(name) ?? throw source.Invalid(line, column, $"the anchor '{name}' is not defined");
        if (node.Weight == 0)
        {
            throw source.Invalid(line, column, $"the anchor '{name}' is used within its own value");
        }

        Count(node.Weight, depth + node.Height, alias.Start);
        return node;
    }

    private void Count(long values, int levels, Mark place)
    {
        Nodes = (int)Math.Min(int.MaxValue, Nodes + values);
        if (Nodes > DiscoveryLimits.YamlNodes || levels > DiscoveryLimits.YamlDepth + 1)
        {
            throw new LimitExceededException(
                $"'{source.Path}' has more than {DiscoveryLimits.YamlNodes} values, aliases included, or more than "
                    + $"{DiscoveryLimits.YamlDepth} levels of them, at line {LineOf(place)}.",
                "Split the file.");
        }
    }

    private void Remember(NodeEvent current, SourceNode node)
    {
        if (!current.Anchor.IsEmpty)
        {
            _anchors[current.Anchor.Value] = node;
        }
    }

    private ParsingEvent? Next()
    {
        try
        {
            return _parser.MoveNext() ? _parser.Current : null;
        }
        catch (YamlException error)
        {
            var reason = error.Message.TrimEnd('.');
            throw TabbedLine() is { } line && reason.Contains("tab", StringComparison.Ordinal)
                ? source.Invalid(line, 1, reason, error)
                : source.Invalid(LineOf(error.Start), (int)error.Start.Column, reason, error);
        }
    }

    // The parser reports a tab in an indentation at the start of the mapping.
    private int? TabbedLine()
    {
        var lines = text.Split('\n');
        var line = Array.FindIndex(lines, line => line.TrimStart(' ').StartsWith('\t'));
        return line < 0 ? null : firstLine + line;
    }

    private int LineOf(Mark mark) => firstLine + (int)mark.Line - 1;
}
