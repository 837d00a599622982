using System.Text.RegularExpressions;

namespace ImagePusher.Core.Naming;

/// <summary>
/// A range of versions: bounds that all must hold, such as <c>&gt;=1.20 &lt;2</c>. A tag with a suffix (<c>2.0-rc1</c>, <c>1.27-alpine</c>)
/// is in a range only if one of its bounds has a suffix, as in <c>&gt;=1.20-0 &lt;2</c>.
/// </summary>
internal sealed partial class VersionRange
{
    private readonly IReadOnlyList<(string Operator, TagVersion Version)> _bounds;
    private readonly string _text;

    private VersionRange(string text, IReadOnlyList<(string Operator, TagVersion Version)> bounds) => (_text, _bounds) = (text, bounds);

    /// <summary>Reads a range: bounds of <c>&gt;= &gt; &lt;= &lt; = !=</c> and a version, with spaces or commas between; a bare version means '='.</summary>
    /// <exception cref="InvalidReferenceException">The text is none.</exception>
    public static VersionRange Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bounds = new List<(string Operator, TagVersion Version)>();
        var matches = Bound().Matches(text);
        foreach (Match match in matches)
        {
            bounds.Add((match.Groups["operator"].Value, TagVersion.TryParse(match.Groups["version"].Value, out var version) ? version : throw Malformed(text)));
        }

        // Everything must belong to a bound but the spaces and commas between them.
        return bounds.Count > 0 && Bound().Replace(text, "").All(rest => rest is ' ' or ',')
            ? new VersionRange(text, bounds)
            : throw Malformed(text);
    }

    /// <summary>True if a version is in the range.</summary>
    public bool Contains(TagVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return (!version.IsPreRelease || _bounds.Any(bound => bound.Version.IsPreRelease)) && _bounds.All(bound => Holds(bound.Operator, version, bound.Version));
    }

    /// <summary>The range as it was written.</summary>
    public override string ToString() => _text;

    private static bool Holds(string comparison, TagVersion version, TagVersion bound) => comparison switch
    {
        ">=" => version.CompareTo(bound) >= 0,
        ">" => version.CompareTo(bound) > 0,
        "<=" => version.CompareTo(bound) <= 0,

        // By precedence 2.0-rc1 is below 2, but nobody who writes '<2' wants it.
        "<" => bound.IsPreRelease ? version.CompareTo(bound) < 0 : version.CompareNumbers(bound) < 0,
        "!=" => version.CompareTo(bound) != 0,
        _ => version.CompareTo(bound) == 0,
    };

    private static InvalidReferenceException Malformed(string text) => new(
        $"'{text}' is no range of versions.", "Write bounds with spaces between, such as '>=1.20 <2'; the comparisons are >=, >, <=, <, = and !=.");

    [GeneratedRegex(@"(?<operator>>=|<=|!=|>|<|=|(?<![^\s,]))[ ]*(?<version>[^\s,<>=!]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Bound();
}
