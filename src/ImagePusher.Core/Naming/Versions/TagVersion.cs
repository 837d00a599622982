using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace ImagePusher.Core.Naming;

/// <summary>
/// A tag that is a version: <c>1.27.3</c>, <c>v2</c>, <c>2024.01</c>, <c>1.27-alpine</c>. Ordered as semantic versions are; missing
/// parts are 0, and more than three are allowed. Text after '_' (the '+' of a chart's version) is ignored.
/// </summary>
/// <remarks>semver.org 2.0.0, 11. A suffix after '-' is a pre-release, which precedes the version without it.</remarks>
internal sealed partial class TagVersion
{
    private readonly string[] _numbers;
    private readonly string[] _suffix;
    private readonly string _text;

    private TagVersion(string text, string[] numbers, string[] suffix) => (_text, _numbers, _suffix) = (text, numbers, suffix);

    /// <summary>True if the version has a suffix after '-': a pre-release, or a variant such as <c>-alpine</c>.</summary>
    public bool IsPreRelease => _suffix.Length > 0;

    /// <summary>The numbers, without leading zeros; empty text for 0.</summary>
    public IReadOnlyList<string> Numbers => _numbers;

    /// <summary>True if the suffix is <c>-0</c>, the lowest possible one.</summary>
    public bool IsLowestPreRelease => _suffix is ["0"];

    /// <summary>The version of numbers without a suffix.</summary>
    public static TagVersion Of(IEnumerable<string> numbers)
    {
        string[] all = [.. numbers];
        return new TagVersion(string.Join('.', all.Select(number => number.Length == 0 ? "0" : number)), all, []);
    }

    /// <summary>Parses a tag of a variant, such as <c>1.27-alpine</c>, whose name is then not part of the version.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="variant">The text after the last '-' or '_' that the tag must have; null for none.</param>
    /// <param name="version">The version; null if the method returns false.</param>
    public static bool TryParse([NotNullWhen(true)] string? tag, string? variant, [NotNullWhen(true)] out TagVersion? version)
    {
        if (string.IsNullOrEmpty(variant))
        {
            return TryParse(tag, out version);
        }

        version = null;
        var length = (tag?.Length ?? 0) - variant.Length - 1;
        return length > 0 && tag![length] is '-' or '_' && tag.EndsWith(variant, StringComparison.Ordinal)
            && TryParse(tag[..length], out version);
    }

    /// <summary>Parses a tag; false if it is not a version.</summary>
    public static bool TryParse([NotNullWhen(true)] string? tag, [NotNullWhen(true)] out TagVersion? version)
    {
        var match = Form().Match(tag ?? "");
        version = match.Success
            ? new TagVersion(
                tag!,
                [.. match.Groups["numbers"].Value.Split('.').Select(number => number.TrimStart('0'))],
                match.Groups["suffix"].Success ? match.Groups["suffix"].Value.Split('.') : [])
            : null;
        return match.Success;
    }

    /// <summary>
    /// Compares by precedence: less than 0 if this version precedes the other. Tags of one version (1.0 and v1.0.0) are
    /// equal.
    /// </summary>
    public int CompareTo(TagVersion? other)
    {
        if (other is null)
        {
            return 1;
        }

        var order = CompareNumbers(other);
        return order != 0 ? order : CompareSuffix(other);
    }

    /// <summary>Compares the numbers without suffixes.</summary>
    public int CompareNumbers(TagVersion other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (var place = 0; place < Math.Max(_numbers.Length, other._numbers.Length); place++)
        {
            var order = CompareNumber(_numbers.ElementAtOrDefault(place) ?? "", other._numbers.ElementAtOrDefault(place) ?? "");
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    /// <summary>The tag.</summary>
    public override string ToString() => _text;

    private int CompareSuffix(TagVersion other)
    {
        if (IsPreRelease != other.IsPreRelease)
        {
            return IsPreRelease ? -1 : 1;
        }

        for (var place = 0; place < Math.Min(_suffix.Length, other._suffix.Length); place++)
        {
            var (mine, theirs) = (_suffix[place], other._suffix[place]);
            var (isNumber, otherIsNumber) = (mine.All(char.IsAsciiDigit), theirs.All(char.IsAsciiDigit));
            var order = isNumber && otherIsNumber ? CompareNumber(mine.TrimStart('0'), theirs.TrimStart('0'))
                : isNumber != otherIsNumber ? (isNumber ? -1 : 1)
                : string.CompareOrdinal(mine, theirs);
            if (order != 0)
            {
                return order;
            }
        }

        return _suffix.Length - other._suffix.Length;
    }

    // Without leading zeros the longer number is the larger one; dates and build numbers outgrow every integer type.
    private static int CompareNumber(string one, string other) =>
        one.Length != other.Length ? one.Length - other.Length : string.CompareOrdinal(one, other);

    [GeneratedRegex(
        @"\A[vV]?(?<numbers>[0-9]+(?:\.[0-9]+)*)(?:-(?<suffix>[0-9A-Za-z.-]+))?(?:_[0-9A-Za-z_.-]*)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
