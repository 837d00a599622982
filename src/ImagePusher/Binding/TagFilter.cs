using System.Management.Automation;
using ImagePusher.Core.Naming;

namespace ImagePusher.Binding;

/// <summary>Filters tags by -Filter and -Version, and sorts them.</summary>
internal sealed class TagFilter(IReadOnlyCollection<WildcardPattern>? wildcards, VersionRange? versions)
{
    public bool IsMatch(string tag) =>
        (wildcards is null || wildcards.Any(pattern => pattern.IsMatch(tag)))
        && (versions is null || (TagVersion.TryParse(tag, out var version) && versions.Contains(version)));

    /// <summary>
    /// Tags that are not versions first, then versions in ascending order; tags of equal versions (1.0, v1.0.0) by their
    /// text.
    /// </summary>
    public static IEnumerable<string> Order(IEnumerable<string> tags) => tags
        .Select(tag => (Tag: tag, Version: TagVersion.TryParse(tag, out var version) ? version : null))
        .OrderBy(pair => pair.Version, Comparer<TagVersion?>.Create(
            static (one, other) => one is null ? (other is null ? 0 : -1) : one.CompareTo(other)))
        .ThenBy(pair => pair.Tag, StringComparer.Ordinal)
        .Select(pair => pair.Tag);
}
