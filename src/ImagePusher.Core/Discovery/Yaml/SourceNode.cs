namespace ImagePusher.Core.Discovery.Yaml;

/// <summary>A value of a YAML document with its place in the text. An alias is the node that it represents.</summary>
internal sealed class SourceNode
{
    private const int MaximumLabel = 200;

    private SourceNode(int start, int end) => (Start, End) = (start, end);

    /// <summary>The start of the value in the text, in characters, including its tag, anchor and quotes.</summary>
    public int Start { get; }

    /// <summary>The end.</summary>
    public int End { get; }

    /// <summary>The text of a scalar; empty for other nodes.</summary>
    public string Value { get; private init; } = "";

    /// <summary>The text of a key as a part of a path, shortened.</summary>
    public string Label => Value.Length <= MaximumLabel ? Value : Value[..MaximumLabel] + "…";

    /// <summary>True for a scalar.</summary>
    public bool IsScalar { get; private init; }

    /// <summary>True for a scalar of several lines, <c>|</c>, whose lines are those of the text without their indentation.</summary>
    public bool IsLiteral { get; private init; }

    /// <summary>The items of a sequence; empty for other nodes.</summary>
    public List<SourceNode> Items { get; } = [];

    /// <summary>The entries of a mapping, in order; empty for other nodes.</summary>
    public List<(SourceNode Key, SourceNode Value)> Entries { get; } = [];

    /// <summary>True for a mapping.</summary>
    public bool IsMapping { get; private init; }

    /// <summary>The number of values in this one and itself, those of aliases each time they are named; 0 until it is complete.</summary>
    public long Weight { get; private set; }

    /// <summary>The levels of values in this one, itself and aliases included.</summary>
    public int Height { get; private set; }

    /// <summary>
    /// The value of a key: the last one, as parsers of Kubernetes and compose take it, else the merged one; null if it is missing.
    /// </summary>
    public SourceNode? this[string key] => Find(key, 0);

    /// <summary>The text of the value of a key; null if it is not a scalar.</summary>
    public string? Text(string key) => this[key] is { IsScalar: true } node ? node.Value : null;

    /// <summary>The value at the end of a path of keys; null if it is missing.</summary>
    public SourceNode? At(params ReadOnlySpan<string> path)
    {
        var node = this;
        foreach (var key in path)
        {
            node = node?[key];
        }

        return node;
    }

    public static SourceNode Scalar(string value, int start, int end, bool isLiteral) =>
        new(start, end) { Value = value, IsScalar = true, IsLiteral = isLiteral };

    public static SourceNode Sequence(int start) => new(start, start);

    public static SourceNode Mapping(int start) => new(start, start) { IsMapping = true };

    /// <summary>Measures the value, when all of it has been read.</summary>
    public SourceNode Complete()
    {
        (Weight, Height) = (1, 1);
        Items.ForEach(Include);
        foreach (var (key, value) in Entries)
        {
            Include(key);
            Include(value);
        }

        return this;
    }

    private void Include(SourceNode part) => (Weight, Height) = (Weight + part.Weight, Math.Max(Height, part.Height + 1));

    private SourceNode? Find(string key, int depth)
    {
        SourceNode? merged = null;
        for (var i = Entries.Count - 1; i >= 0; i--)
        {
            var (name, value) = Entries[i];
            if (name.Value == key)
            {
                return value;
            }

            merged = name.Value == "<<" ? value : merged;
        }

        // <<: *defaults, or a list of them; the first one has precedence.
        return merged is null || depth > DiscoveryLimits.VariableDepth ? null
            : merged.IsMapping ? merged.Find(key, depth + 1)
            : merged.Items.Select(item => item.Find(key, depth + 1)).FirstOrDefault(found => found is not null);
    }
}
