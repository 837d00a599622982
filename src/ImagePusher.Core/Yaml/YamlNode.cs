namespace ImagePusher.Core.Yaml;

/// <summary>The kinds of values of a YAML file.</summary>
internal enum YamlKind
{
    /// <summary>Text, a number, true, false or null.</summary>
    Scalar,

    /// <summary>A list.</summary>
    Sequence,

    /// <summary>Keys with values.</summary>
    Mapping,
}

/// <summary>A value of a YAML file with its position.</summary>
internal sealed class YamlNode
{
    /// <summary>The kind of the value.</summary>
    public required YamlKind Kind { get; init; }

    /// <summary>The line, from 1; an alias has its own position.</summary>
    public required int Line { get; init; }

    /// <summary>The column, from 1.</summary>
    public required int Column { get; init; }

    /// <summary>The text of a scalar; else empty.</summary>
    public string Text { get; init; } = "";

    /// <summary>True for a scalar without quotes, which may be a number, true, false or null.</summary>
    public bool IsPlain { get; init; }

    /// <summary>The items of a sequence; else empty.</summary>
    public IReadOnlyList<YamlNode> Items { get; init; } = [];

    /// <summary>The entries of a mapping, each key once; else empty.</summary>
    public IReadOnlyList<(YamlNode Key, YamlNode Value)> Entries { get; init; } = [];

    /// <summary>True for null: nothing, <c>~</c> or <c>null</c>.</summary>
    public bool IsNull => Kind == YamlKind.Scalar && IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    /// <summary>The number of values in it, itself included.</summary>
    internal long Weight { get; init; } = 1;

    /// <summary>The same value at the position of an alias.</summary>
    internal YamlNode At(int line, int column) => new()
    {
        Kind = Kind,
        Line = line,
        Column = column,
        Text = Text,
        IsPlain = IsPlain,
        Items = Items,
        Entries = Entries,
        Weight = Weight,
    };
}
