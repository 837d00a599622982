namespace ImagePusher.Core.Naming;

/// <summary>
/// A range of versions in the syntax of npm (<c>^1.2</c>, <c>~1.2</c>, <c>1.x</c>, <c>1.2 - 1.4</c>, <c>&gt;=1 &lt;2 || 3</c>), also
/// with commas between bounds and with <c>!=</c>. A version with a suffix (<c>2.0-rc1</c>) is in a range only if a bound of the
/// same numbers has a suffix, as npm decides it, or if a lower bound ends with <c>-0</c>, which admits all suffixes.
/// </summary>
/// <remarks>
/// node-semver, "Ranges". Where the two differ, versions are read as <see cref="TagVersion"/> reads them: any number of parts.
/// </remarks>
internal sealed class VersionRange
{
    private readonly string _text;
    private readonly IReadOnlyList<VersionInterval> _alternatives;

    private VersionRange(string text, IReadOnlyList<VersionInterval> alternatives) => (_text, _alternatives) = (text, alternatives);

    /// <summary>Parses a range.</summary>
    /// <param name="text">Alternatives separated by <c>||</c>; each is bounds that must all be met, or <c>LOW - HIGH</c>.</param>
    /// <exception cref="InvalidReferenceException">The text has another form.</exception>
    public static VersionRange Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var alternatives = text.Split("||").Select(VersionRangeParser.TryParse).ToList();
        return alternatives.All(alternative => alternative is not null)
            ? new VersionRange(text, alternatives!)
            : throw new InvalidReferenceException(
                $"Invalid range of versions '{text}'.",
                "Use the syntax of npm, such as '^1.2', '~1.2', '1.x', '1.2 - 1.4' or '>=1.20 <2 || 3'; the comparisons are >=, >, <=, <, "
                + "= and !=.");
    }

    /// <summary>True if a version is in the range.</summary>
    public bool Contains(TagVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        foreach (var alternative in _alternatives)
        {
            if (alternative.Contain(version))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The range as it was specified.</summary>
    public override string ToString() => _text;
}
