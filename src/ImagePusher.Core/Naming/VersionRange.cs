using System.Text.RegularExpressions;

namespace ImagePusher.Core.Naming;

/// <summary>
/// A range of versions: bounds that must all be met, such as <c>&gt;=1.20 &lt;2</c>. A tag with a suffix (<c>2.0-rc1</c>,
/// <c>1.27-alpine</c>) is in a range only if one of its bounds has a suffix, as in <c>&gt;=1.20-0 &lt;2</c>.
/// </summary>
internal sealed partial class VersionRange
{
    private readonly IReadOnlyList<(string Operator, TagVersion Version)> _bounds;
    private readonly string _text;

    private VersionRange(string text, IReadOnlyList<(string Operator, TagVersion Version)> bounds) => (_text, _bounds) = (text, bounds);

    /// <summary>
    /// Parses a range: bounds of <c>&gt;= &gt; &lt;= &lt; = !=</c> and a version, separated by spaces or commas; a version without
    /// operator means '='.
    /// </summary>
    /// <exception cref="InvalidReferenceException">The text has another form.</exception>
    public static VersionRange Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bounds = new List<(string Operator, TagVersion Version)>();
        var matches = Bound().Matches(text);
        foreach (Match match in matches)
        {
            bounds.Add((
                match.Groups["operator"].Value,
                TagVersion.TryParse(match.Groups["version"].Value, out var version) ? version : throw Malformed(text)));
        }

        // All text other than spaces and commas must belong to a bound.
        return bounds.Count > 0 && Bound().Replace(text, "").All(rest => rest is ' ' or ',')
            ? new VersionRange(text, bounds)
            : throw Malformed(text);
    }

    /// <summary>True if a version is in the range.</summary>
    public bool Contains(TagVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return (!version.IsPreRelease || _bounds.Any(bound => bound.Version.IsPreRelease))
            && _bounds.All(bound => Holds(bound.Operator, version, bound.Version));
    }

    /// <summary>The range as it was given.</summary>
    public override string ToString() => _text;

    private static bool Holds(string comparison, TagVersion version, TagVersion bound) => comparison switch
    {
        ">=" => version.CompareTo(bound) >= 0,
        ">" => version.CompareTo(bound) > 0,
        "<=" => version.CompareTo(bound) <= 0,

        // By precedence 2.0-rc1 is below 2, but '<2' is not meant to include it.
        "<" => bound.IsPreRelease ? version.CompareTo(bound) < 0 : version.CompareNumbers(bound) < 0,
        "!=" => version.CompareTo(bound) != 0,
        _ => version.CompareTo(bound) == 0,
    };

    private static InvalidReferenceException Malformed(string text) => new(
        $"Invalid range of versions '{text}'.",
        "Use bounds separated by spaces, such as '>=1.20 <2'; the comparisons are >=, >, <=, <, = and !=.");

    [GeneratedRegex(
        @"(?<operator>>=|<=|!=|>|<|=|(?<![^\s,]))[ ]*(?<version>[^\s,<>=!]+)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Bound();
}
