using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ImagePusher.Core.Yaml;

/// <summary>
/// Reads a YAML file of one document into nodes with their positions. Aliases and the merge key <c>&lt;&lt;</c> are resolved; a key
/// that occurs twice is an error.
/// </summary>
/// <remarks>YAML 1.2, read by YamlDotNet, whose assembly is loaded by the first call only.</remarks>
internal sealed class YamlReader
{
    private const string Schema = "tag:yaml.org,2002:";

    private static readonly string[] ScalarTags = ["str", "int", "float", "bool", "null", "timestamp", "merge"];

    private readonly string _file;
    private readonly IParser _parser;
    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
    private long _nodes;

    private YamlReader(string file, IParser parser) => (_file, _parser) = (file, parser);

    /// <summary>Reads a document; null for an empty one.</summary>
    /// <param name="content">The bytes of the file, UTF-8 or with a byte order mark.</param>
    /// <param name="file">The name of the file, for messages.</param>
    /// <exception cref="InvalidOptionException">The content is not valid YAML; the message has line and column.</exception>
    /// <exception cref="UnsupportedContentException">A value has a tag of an application.</exception>
    /// <exception cref="LimitExceededException">The content exceeds one of <see cref="YamlLimits"/>.</exception>
    public static YamlNode? Read(byte[] content, string file)
    {
        using var text = new StreamReader(new MemoryStream(content), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        try
        {
            return new YamlReader(file, new CheckedParser(new Parser(text))).ReadDocument();
        }
        catch (YamlException error) when (TabOf(content, error) is { } tab)
        {
            throw YamlErrors.Invalid(
                file, tab.Line, tab.Column, "a tab indents the line, and YAML permits spaces only", error, "Replace the tab by spaces.");
        }
        catch (YamlException error)
        {
            throw YamlErrors.Invalid(file, (int)error.Start.Line, (int)error.Start.Column, $"it is not valid YAML: {error.Message}", error);
        }
    }

    // YamlDotNet reports a tab at the start of the mapping or text in which it is.
    private static (int Line, int Column)? TabOf(byte[] content, YamlException error)
    {
        if (!error.Message.Contains(" tab ", StringComparison.Ordinal))
        {
            return null;
        }

        using var text = new StreamReader(new MemoryStream(content), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        for (var line = 1; text.ReadLine() is { } read; line++)
        {
            var indentation = read.AsSpan()[..(read.Length - read.AsSpan().TrimStart(" \t").Length)];
            if (line >= error.Start.Line && indentation.Contains('\t'))
            {
                return (line, indentation.IndexOf('\t') + 1);
            }
        }

        return null;
    }

    private YamlNode? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _))
        {
            return null;
        }

        var root = ReadNode(1);
        _parser.Consume<DocumentEnd>();
        return _parser.TryConsume<DocumentStart>(out var second)
            ? throw YamlErrors.Invalid(_file, (int)second.Start.Line, (int)second.Start.Column, "it has more than one document")
            : root;
    }

    private YamlNode ReadNode(int depth)
    {
        if (depth > YamlLimits.Depth)
        {
            throw YamlErrors.Limit(_file, $"it has more than {YamlLimits.Depth} levels of lists and mappings");
        }

        var start = _parser.Current!.Start;
        var (line, column) = ((int)start.Line, (int)start.Column);
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            var target = _anchors.GetValueOrDefault(alias.Value.Value)
                ?? throw YamlErrors.Invalid(_file, line, column, $"the alias '*{alias.Value.Value}' refers to no anchor before it");
            Count(target.Weight);
            return target.At(line, column);
        }

        var (anchor, node) = _parser.Current switch
        {
            Scalar scalar => (scalar.Anchor, ReadScalar(line, column)),
            SequenceStart sequence => (sequence.Anchor, ReadSequence(line, column, depth)),
            MappingStart mapping => (mapping.Anchor, ReadMapping(line, column, depth)),
            _ => throw YamlErrors.Invalid(_file, line, column, "a value is missing"),
        };
        if (!anchor.IsEmpty)
        {
            _anchors[anchor.Value] = node;
        }

        Count(1);
        return node;
    }

    private YamlNode ReadScalar(int line, int column)
    {
        var scalar = _parser.Consume<Scalar>();
        CheckTag(scalar, ScalarTags);
        var isText = scalar.Tag.IsNonSpecific || (!scalar.Tag.IsEmpty && scalar.Tag.Value == Schema + "str");
        return new YamlNode
        {
            Kind = YamlKind.Scalar,
            Line = line,
            Column = column,
            Text = scalar.Value,
            IsPlain = scalar.Style == ScalarStyle.Plain && !isText,
        };
    }

    private YamlNode ReadSequence(int line, int column, int depth)
    {
        CheckTag(_parser.Consume<SequenceStart>(), "seq");
        var items = new List<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode(depth + 1));
        }

        return new YamlNode
        {
            Kind = YamlKind.Sequence,
            Line = line,
            Column = column,
            Items = items,
            Weight = 1 + items.Sum(item => item.Weight),
        };
    }

    private YamlNode ReadMapping(int line, int column, int depth)
    {
        CheckTag(_parser.Consume<MappingStart>(), "map");
        var (entries, keys, merged) = (new List<(YamlNode Key, YamlNode Value)>(), new HashSet<string>(), new List<YamlNode>());
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (key.Kind != YamlKind.Scalar)
            {
                throw YamlErrors.Invalid(_file, key.Line, key.Column, "a key is not text");
            }

            if (key is { Text: "<<", IsPlain: true })
            {
                merged.AddRange(value.Kind == YamlKind.Sequence ? value.Items : [value]);
            }
            else if (keys.Add(key.Text))
            {
                entries.Add((key, value));
            }
            else
            {
                throw YamlErrors.Invalid(_file, key.Line, key.Column, $"the key '{key.Text}' occurs twice");
            }
        }

        foreach (var source in merged)
        {
            if (source.Kind != YamlKind.Mapping)
            {
                throw YamlErrors.Invalid(_file, source.Line, source.Column, "'<<' needs a mapping");
            }

            entries.AddRange(source.Entries.Where(entry => keys.Add(entry.Key.Text)));
        }

        return new YamlNode
        {
            Kind = YamlKind.Mapping,
            Line = line,
            Column = column,
            Entries = entries,
            Weight = 1 + entries.Sum(entry => entry.Key.Weight + entry.Value.Weight),
        };
    }

    // A tag of an application, such as !include or !vault, requires processing that is not supported.
    private void CheckTag(NodeEvent node, params ReadOnlySpan<string> known)
    {
        if (node.Tag.IsEmpty || node.Tag.IsNonSpecific)
        {
            return;
        }

        var tag = node.Tag.Value;
        if (!tag.StartsWith(Schema, StringComparison.Ordinal) || !known.Contains(tag[Schema.Length..]))
        {
            throw YamlErrors.Unsupported(
                _file, (int)node.Start.Line, (int)node.Start.Column, $"the tag '{tag}' of a value is not supported",
                "Write the value itself in the file.");
        }
    }

    // Every value of the result is counted, so that aliases of aliases cannot multiply.
    private void Count(long values)
    {
        _nodes += values;
        if (_nodes > YamlLimits.Nodes)
        {
            throw YamlErrors.Limit(_file, $"it has more than {YamlLimits.Nodes:N0} values, aliases included");
        }
    }
}
