using ImagePusher.Core.Naming;

namespace ImagePusher.Binding;

/// <summary>Filters tags by patterns and versions, and sorts them.</summary>
internal sealed class TagFilter
{
    private static readonly VersionRange Releases = VersionRange.Parse("*");

    /// <summary>The patterns; a tag must match at least one; null for any tag.</summary>
    public IReadOnlyCollection<TagPattern>? Include { get; init; }

    /// <summary>The patterns that a tag must not match.</summary>
    public IReadOnlyCollection<TagPattern> Exclude { get; init; } = [];

    /// <summary>The versions; null for any.</summary>
    public VersionRange? Versions { get; init; }

    /// <summary>The variant, whose name is not part of the version; null for none.</summary>
    public string? Variant { get; init; }

    /// <summary>The number of the newest versions; null for all.</summary>
    public int? Newest { get; init; }

    /// <summary>The number of leading parts of a group in which the newest versions are selected; 0 for one group.</summary>
    public int NewestPerParts { get; init; }

    /// <summary>True if a tag must be a version.</summary>
    private bool RequiresVersion => Versions is not null || Variant is not null || Newest is not null;

    /// <summary>The tags that pass, in the order of the list or, if they must be versions, in ascending order.</summary>
    public IEnumerable<string> Apply(IEnumerable<string> tags, bool sorts)
    {
        var passed = tags.Where(IsMatch);
        if (!sorts && !RequiresVersion)
        {
            return passed;
        }

        var sorted = Sort(passed).ToList();
        return (Newest is { } count
            ? sorted.GroupBy(pair => Group(pair.Version!)).SelectMany(group => group.TakeLast(count))
            : sorted).Select(pair => pair.Tag);
    }

    private bool IsMatch(string tag) =>
        (Include is null || Include.Any(pattern => pattern.IsMatch(tag)))
        && !Exclude.Any(pattern => pattern.IsMatch(tag))
        && (!RequiresVersion || (TagVersion.TryParse(tag, Variant, out var version) && IsWanted(version)));

    private bool IsWanted(TagVersion version) => (Versions ?? (Newest is null ? null : Releases))?.Contains(version) != false;

    // Tags that are not versions first, then versions in ascending order; tags of equal versions (1.0, v1.0.0) by their text.
    private IEnumerable<(string Tag, TagVersion? Version)> Sort(IEnumerable<string> tags) => tags
        .Select(tag => (Tag: tag, Version: TagVersion.TryParse(tag, Variant, out var version) ? version : null))
        .OrderBy(pair => pair.Version, Comparer<TagVersion?>.Create(
            static (one, other) => one is null ? (other is null ? 0 : -1) : one.CompareTo(other)))
        .ThenBy(pair => pair.Tag, StringComparer.Ordinal);

    private string Group(TagVersion version) =>
        string.Join('.', Enumerable.Range(0, NewestPerParts).Select(part => version.Numbers.ElementAtOrDefault(part) ?? ""));
}
