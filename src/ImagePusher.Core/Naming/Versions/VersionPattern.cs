using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace ImagePusher.Core.Naming;

/// <summary>
/// A version in a range; parts may be missing or be <c>x</c>: <c>1.2.3-rc1</c>, <c>1.2</c>, <c>1.x</c>, <c>*</c>.
/// </summary>
internal sealed partial class VersionPattern
{
    private readonly TagVersion _version;

    private VersionPattern(TagVersion version, int length, bool hasWildcard) =>
        (_version, Length, HasWildcard) = (version, length, hasWildcard);

    /// <summary>The number of its parts before the first <c>x</c>.</summary>
    public int Length { get; }

    /// <summary>True if a part is <c>x</c>, <c>X</c> or <c>*</c>.</summary>
    public bool HasWildcard { get; }

    /// <summary>True for <c>*</c>, which every version matches.</summary>
    public bool IsAny => Length == 0;

    /// <summary>True if it represents all versions that begin with its parts.</summary>
    public bool IsPartial => HasWildcard || (Length < 3 && !_version.IsPreRelease);

    /// <summary>The lowest version; missing parts are 0.</summary>
    public TagVersion Lowest => _version;

    /// <summary>Parses a version of a range; null if it has another form.</summary>
    public static VersionPattern? TryParse(string text)
    {
        var match = Form().Match(text);
        if (!match.Success)
        {
            return null;
        }

        var parts = match.Groups["numbers"].Value.Split('.');
        var numbers = parts.TakeWhile(part => char.IsAsciiDigit(part[0])).ToArray();
        if (numbers.Length < parts.Length)
        {
            return new VersionPattern(TagVersion.Of([.. numbers.Select(number => number.TrimStart('0'))]), numbers.Length, true);
        }

        return TagVersion.TryParse(text.Replace('+', '_'), out var version) ? new VersionPattern(version, numbers.Length, false) : null;
    }

    /// <summary>The first version that no longer begins with the first parts of this one.</summary>
    /// <param name="length">The number of parts, of which the last is counted up.</param>
    public TagVersion Next(int length)
    {
        var kept = _version.Numbers.Take(length - 1);
        var last = BigInteger.Parse("0" + _version.Numbers[length - 1], CultureInfo.InvariantCulture) + 1;
        return TagVersion.Of(kept.Append(last.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>The number of parts that <c>^</c> keeps: up to the first one that is not 0.</summary>
    public int SignificantLength
    {
        get
        {
            var zeros = _version.Numbers.Take(Length).TakeWhile(number => number.Length == 0).Count();
            return Math.Min(zeros + 1, Length);
        }
    }

    [GeneratedRegex(
        @"\A[vV]?(?<numbers>(?:[0-9]+|[xX*])(?:\.(?:[0-9]+|[xX*]))*)(?:-[0-9A-Za-z.-]+)?(?:[_+][0-9A-Za-z_.-]*)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
