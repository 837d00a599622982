using System.Globalization;
using System.Text.RegularExpressions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Yaml;

namespace ImagePusher.Core.Sync;

/// <summary>Reads the values of a sync file; every error has the position of the value.</summary>
/// <param name="file">The name of the file.</param>
/// <param name="environment">Reads an environment variable for <c>{{env "NAME"}}</c>.</param>
internal sealed partial class SyncValues(string file, Func<string, string?> environment)
{
    private readonly Dictionary<(string Text, bool IsAnchored), SyncExpression> _expressions = [];
    private int _expressionCount;
    private long _expressionCharacters;

    /// <summary>The entries of a mapping; null is an empty one.</summary>
    public IEnumerable<(YamlNode Key, YamlNode Value)> Mapping(YamlNode node, string what) =>
        node.Kind == YamlKind.Mapping || node.IsNull ? node.Entries : throw Error(node, $"{what} is not a mapping of keys to values");

    /// <summary>The items of a list; null is an empty one.</summary>
    public IReadOnlyList<YamlNode> List(YamlNode node, string what) =>
        node.Kind == YamlKind.Sequence || node.IsNull ? node.Items : throw Error(node, $"{what} is not a list");

    /// <summary>A text, with <c>{{env "NAME"}}</c> replaced.</summary>
    public string Text(YamlNode node, string what) =>
        node.Kind != YamlKind.Scalar || node.IsNull ? throw Error(node, $"{what} is not text") : Expand(node);

    /// <summary>A secret, which must be exactly one <c>{{env "NAME"}}</c>.</summary>
    public string Secret(YamlNode node, string what) =>
        node is { Kind: YamlKind.Scalar, Text: "" } ? throw Error(node, $"{what} is empty")
        : node.Kind == YamlKind.Scalar && Variable().Match(node.Text.Trim()) is { Success: true } match
        && match.Length == node.Text.Trim().Length
            ? Expand(node)
            : throw YamlErrors.Secret(file, node, what);

    /// <summary>True or false, also in the words of YAML 1.1, which Go reads for these values.</summary>
    public bool Flag(YamlNode node, string what) => Text(node, what) switch
    {
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => true,
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => false,
        _ => throw Error(node, $"{what} is neither true nor false"),
    };

    /// <summary>A number from 0.</summary>
    public int Number(YamlNode node, string what) =>
        int.TryParse(Text(node, what), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Error(node, $"{what} is not a number from 0 to {int.MaxValue}");

    /// <summary>A duration of Go: <c>15m</c>, <c>1h30m</c>.</summary>
    public TimeSpan Duration(YamlNode node, string what)
    {
        var text = Text(node, what);
        var parts = DurationParts().Matches(text);
        if (text.Length == 0 || parts.Sum(part => part.Length) != text.Length)
        {
            throw Error(node, $"{what} is not a duration, such as 15m");
        }

        var seconds = parts.Sum(part => double.Parse(part.Groups["count"].ValueSpan, CultureInfo.InvariantCulture)
            * part.Groups["unit"].Value switch { "h" => 3600, "m" => 60, "s" => 1, _ => 0.001 });
        return seconds <= TimeSpan.FromDays(365).TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw Error(node, $"{what} is longer than a year");
    }

    /// <summary>The expressions of a list.</summary>
    public IReadOnlyList<SyncExpression> Expressions(YamlNode node, string what, bool isAnchored) =>
        [.. List(node, what).Select(item => Expression(item, $"an item of {what}", isAnchored))];

    /// <summary>A regular expression.</summary>
    public SyncExpression Expression(YamlNode node, string what, bool isAnchored)
    {
        var text = Text(node, what);
        if (++_expressionCount > SyncLimits.Expressions)
        {
            throw YamlErrors.Limit(file, $"it has more than {SyncLimits.Expressions:N0} regular expressions");
        }

        // An alias of a few characters can represent a long expression.
        if (_expressions.TryGetValue((text, isAnchored), out var known))
        {
            return known;
        }

        if ((_expressionCharacters += text.Length) > SyncLimits.ExpressionCharacters)
        {
            throw YamlErrors.Limit(
                file, $"its regular expressions have more than {SyncLimits.ExpressionCharacters:N0} characters");
        }

        try
        {
            return _expressions[(text, isAnchored)] = SyncExpression.Parse(text, isAnchored);
        }
        catch (FormatException error)
        {
            throw YamlErrors.Invalid(file, node.Line, node.Column, $"{what} is not a regular expression: {error.Message}", error);
        }
    }

    /// <summary>A range of versions.</summary>
    public VersionRange Range(YamlNode node, string what) => Parse(
        node, what, text => text.Length <= SyncLimits.Expression ? VersionRange.Parse(text)
            : throw Error(node, $"{what} has more than {SyncLimits.Expression} characters"));

    /// <summary>A platform.</summary>
    public Platform Platform(YamlNode node, string what) => Parse(node, what, Oci.Platform.Parse);

    /// <summary>A value that has its own parser.</summary>
    public T Parse<T>(YamlNode node, string what, Func<string, T> parse)
    {
        var text = Text(node, what);
        try
        {
            return parse(text);
        }
        catch (InvalidReferenceException error)
        {
            throw YamlErrors.Invalid(
                file, node.Line, node.Column, $"{what} is invalid: {error.Message.TrimEnd('.')}", error, error.RecommendedAction);
        }
    }

    /// <summary>The error of a value.</summary>
    public InvalidOptionException Error(YamlNode node, string reason, string? recommendedAction = null) =>
        YamlErrors.Invalid(file, node, reason, recommendedAction);

    /// <summary>The error of a key that is not supported.</summary>
    public UnsupportedContentException Unsupported(YamlNode key, string supported) => YamlErrors.Unsupported(
        file, key, $"the key '{key.Text}' is not supported here", $"Remove it. Supported keys are {supported}.");

    /// <summary>Creates a warning about a value.</summary>
    public string Note(YamlNode node, string text) =>
        FormattableString.Invariant($"{file}, line {node.Line}, column {node.Column}: {text}.");

    private string Expand(YamlNode node)
    {
        var length = node.Text.Length;
        var text = Variable().Replace(node.Text, match =>
        {
            var name = match.Groups["name"].Value;
            return environment(name) is { Length: > 0 } value
                ? (length += value.Length) <= SyncLimits.ExpandedValue ? value
                    : throw YamlErrors.Limit(file, $"a value with its variables has more than {SyncLimits.ExpandedValue:N0} characters")
                : throw Error(node, $"the environment variable '{name}' is not set", "Set the variable, or remove it from the file.");
        });
        return Variable().Replace(node.Text, "").Contains("{{", StringComparison.Ordinal)
            ? throw YamlErrors.Unsupported(
                file, node, "the template is not supported",
                "Use '{{env \"NAME\"}}', the value of an environment variable, or a plain value.")
            : text;
    }

    [GeneratedRegex(@"\{\{-?\s*env\s+[""`](?<name>[A-Za-z_][A-Za-z0-9_]*)[""`]\s*-?\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();

    [GeneratedRegex(@"\G(?<count>[0-9]+(?:\.[0-9]+)?)(?<unit>ms|h|m|s)", RegexOptions.CultureInvariant)]
    private static partial Regex DurationParts();
}
