using System.Text.RegularExpressions;

namespace ImagePusher.Core.Naming;

/// <summary>Reads one alternative of a range.</summary>
internal static partial class VersionRangeParser
{
    private static readonly TagVersion Zero = TagVersion.Of([""]);

    /// <summary>The bounds of an alternative; null if the text has another form.</summary>
    public static VersionInterval? TryParse(string text)
    {
        if (Hyphen().Match(text) is { Success: true } hyphen)
        {
            return VersionPattern.TryParse(hyphen.Groups["low"].Value) is { } low
                && VersionPattern.TryParse(hyphen.Groups["high"].Value) is { } high
                ? new VersionInterval([.. Bounds(">=", low), .. Bounds("<=", high)])
                : null;
        }

        var bounds = new List<VersionBound>();
        var matches = Bound().Matches(text);
        foreach (Match match in matches)
        {
            if (VersionPattern.TryParse(match.Groups["version"].Value) is not { } pattern)
            {
                return null;
            }

            bounds.AddRange(Bounds(match.Groups["operator"].Value, pattern));
        }

        // All text other than spaces and commas must belong to a bound.
        return matches.Count > 0 && Bound().Replace(text, "").All(rest => rest is ' ' or ',' or '\t')
            ? new VersionInterval(bounds)
            : null;
    }

    private static IEnumerable<VersionBound> Bounds(string comparison, VersionPattern pattern) => comparison switch
    {
        "^" => Between(pattern, pattern.SignificantLength),
        "~" or "~>" => Between(pattern, Math.Min(2, pattern.Length)),
        ">=" when pattern.IsAny => [],
        ">=" => [new VersionBound(VersionComparison.AtLeast, pattern.Lowest)],
        ">" when pattern.IsAny => Nothing(),
        ">" when pattern.IsPartial => [new VersionBound(VersionComparison.AtLeast, pattern.Next(pattern.Length))],
        ">" => [new VersionBound(VersionComparison.Above, pattern.Lowest)],
        "<=" when pattern.IsAny => [],
        "<=" when pattern.IsPartial => [Below(pattern.Next(pattern.Length))],
        "<=" => [new VersionBound(VersionComparison.AtMost, pattern.Lowest)],
        "<" when pattern.IsAny => Nothing(),
        "<" => [new VersionBound(VersionComparison.Below, pattern.Lowest, pattern.IsPartial)],
        "!=" when pattern.HasWildcard =>
            [new VersionBound(VersionComparison.OutsideOf, Zero, Excluded: new VersionInterval([.. Between(pattern, pattern.Length)]))],
        "!=" => [new VersionBound(VersionComparison.Other, pattern.Lowest)],
        _ when pattern.IsPartial => Between(pattern, pattern.Length),
        _ => [new VersionBound(VersionComparison.Equal, pattern.Lowest)],
    };

    private static IEnumerable<VersionBound> Between(VersionPattern low, int kept)
    {
        // A star limits nothing: not even to 0.0.0 and more, below which the suffixes of 0.0.0 are.
        if (low.IsAny)
        {
            yield break;
        }

        yield return new VersionBound(VersionComparison.AtLeast, low.Lowest);
        if (kept > 0)
        {
            yield return Below(low.Next(kept));
        }
    }

    private static VersionBound Below(TagVersion version) => new(VersionComparison.Below, version, IsPartial: true);

    private static IEnumerable<VersionBound> Nothing() => [Below(Zero)];

    [GeneratedRegex(@"\A\s*(?<low>\S+)\s+-\s+(?<high>\S+)\s*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Hyphen();

    [GeneratedRegex(
        @"(?<operator>>=|<=|!=|~>|>|<|=|\^|~|(?<![^\s,]))[ \t]*(?<version>[^\s,<>=!~^|]+)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Bound();
}
