namespace ImagePusher.Core.Discovery.Yaml;

/// <summary>
/// A path to values of a YAML document: keys separated by dots, such as <c>spec.image</c>; <c>*</c> is any key or item,
/// <c>['a.b/c']</c> a key with dots, <c>[0]</c> an item and <c>[*]</c> all items. A key applied to a sequence means each item.
/// </summary>
internal sealed class NodePath
{
    private const string Forms =
        "Use keys separated by dots, such as spec.image, spec.sidecars[*].image or metadata.annotations['example.com/image'].";

    private readonly string _text;
    private readonly List<string> _keys;

    private NodePath(string text, List<string> keys) => (_text, _keys) = (text, keys);

    /// <summary>Parses a path.</summary>
    /// <exception cref="InvalidOptionException">The text is not a path.</exception>
    public static NodePath Parse(string text)
    {
        var keys = new List<string>();
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var isQuoted = rest.StartsWith("['");
            var end = isQuoted ? rest.IndexOf("']") : rest[0] == '[' ? rest.IndexOf(']') : rest.IndexOfAny('.', '[');
            end = end < 0 && rest[0] != '[' ? rest.Length : end;
            var key = end < 0 ? "" : rest[(isQuoted ? 2 : rest[0] == '[' ? 1 : 0)..end].ToString();
            if (key.Length == 0)
            {
                throw new InvalidOptionException($"Invalid path '{text}': a key is missing or a bracket is not closed.", Forms);
            }

            keys.Add(key);
            rest = rest[(end + (isQuoted ? 2 : rest[0] == '[' ? 1 : 0))..];
            rest = rest.Length > 1 && rest[0] == '.' ? rest[1..] : rest;
        }

        return keys.Count > 0 ? new NodePath(text, keys) : throw new InvalidOptionException("Invalid path '': it is empty.", Forms);
    }

    /// <summary>The values at the path, each once.</summary>
    public IEnumerable<SourceNode> Find(SourceNode root)
    {
        // Aliases could make the number of ways to a value exponential; the number of values is bounded.
        HashSet<SourceNode> nodes = [root];
        foreach (var key in _keys)
        {
            nodes = [.. nodes.SelectMany(node => Children(node, key))];
        }

        return nodes;
    }

    /// <summary>The path as it was specified.</summary>
    public override string ToString() => _text;

    private static IEnumerable<SourceNode> Children(SourceNode node, string key) =>
        key == "*" ? node.Items.Concat(node.Entries.Select(entry => entry.Value))
        : node.Items.Count == 0 ? (node[key] is { } child ? [child] : [])
        : int.TryParse(key, out var index) ? node.Items.Skip(index).Take(index < 0 ? 0 : 1)
        : node.Items.SelectMany(item => item.IsMapping && item[key] is { } child ? new[] { child } : []);
}
