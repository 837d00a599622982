namespace ImagePusher.Core.Naming;

/// <summary>Bounds that a version must all meet: one alternative of a range.</summary>
/// <param name="bounds">The bounds; none are met by every version without a suffix.</param>
internal sealed class VersionInterval(IReadOnlyList<VersionBound> bounds)
{
    /// <summary>True if a version meets all bounds, and its suffix is one that they admit.</summary>
    public bool Contain(TagVersion version)
    {
        var isAdmitted = !version.IsPreRelease;
        foreach (var bound in bounds)
        {
            isAdmitted = isAdmitted || bound.Admits(version);
        }

        if (!isAdmitted)
        {
            return false;
        }

        var isNamed = IsNamed(version);
        foreach (var bound in bounds)
        {
            if (!Holds(bound, version, isNamed))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Holds(VersionBound bound, TagVersion version, bool isNamed) => bound.Comparison switch
    {
        VersionComparison.AtLeast => version.CompareTo(bound.Version) >= 0,
        VersionComparison.Above => version.CompareTo(bound.Version) > 0,
        VersionComparison.AtMost => version.CompareTo(bound.Version) <= 0,
        VersionComparison.Below => IsBelow(version, bound, isNamed),
        VersionComparison.Other => version.CompareTo(bound.Version) != 0,
        VersionComparison.OutsideOf => !bound.Excluded!.Contain(version),
        _ => version.CompareTo(bound.Version) == 0,
    };

    // By precedence 2.0-rc1 is below 2, but '<2' is not meant to include it, unless another bound names a suffix of 2.0.
    private static bool IsBelow(TagVersion version, VersionBound bound, bool isNamed)
    {
        if (bound.Version.IsPreRelease || version.CompareNumbers(bound.Version) != 0)
        {
            return version.CompareTo(bound.Version) < 0;
        }

        return !bound.IsPartial && isNamed;
    }

    // True if a bound names a suffix of the version's numbers.
    private bool IsNamed(TagVersion version)
    {
        foreach (var bound in bounds)
        {
            if (version.IsPreRelease && bound.Version.IsPreRelease && !bound.Version.IsLowestPreRelease
                && bound.Version.CompareNumbers(version) == 0)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>The comparisons of a version with a bound.</summary>
internal enum VersionComparison
{
    Equal,
    Other,
    AtLeast,
    Above,
    AtMost,
    Below,
    OutsideOf,
}

/// <summary>One bound of a range.</summary>
/// <param name="Comparison">The comparison with versions.</param>
/// <param name="Version">The version.</param>
/// <param name="IsPartial">True if it represents all versions that begin with it, as an upper end that is not included.</param>
/// <param name="Excluded">The bounds that must not all be met.</param>
internal sealed record VersionBound(
    VersionComparison Comparison, TagVersion Version, bool IsPartial = false, VersionInterval? Excluded = null)
{
    /// <summary>True if versions with a suffix may be in the range because of this bound.</summary>
    public bool Admits(TagVersion version) => Version.IsPreRelease && Comparison != VersionComparison.Other
        && ((Version.IsLowestPreRelease && Comparison is VersionComparison.AtLeast or VersionComparison.Above)
            || Version.CompareNumbers(version) == 0);
}
