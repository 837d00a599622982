using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Sync;

/// <summary>The selection of images of a repository: references, or tags by rules.</summary>
internal sealed class SyncRule
{
    private readonly IReadOnlyList<SyncTagSet> _sets;

    private SyncRule(IReadOnlyList<string>? names, IReadOnlyList<SyncTagSet> sets) => (Names, _sets) = (names, sets);

    /// <summary>The tags and digests that are named; null if tags are selected by rules.</summary>
    public IReadOnlyList<string>? Names { get; }

    /// <summary>The rule of named tags and digests.</summary>
    public static SyncRule OfNames(IReadOnlyList<string> names) => new(names, []);

    /// <summary>The rule of sets, of which a tag must be in one; without sets all tags are wanted.</summary>
    public static SyncRule OfSets(params IReadOnlyList<SyncTagSet> sets) => new(null, sets.Count == 0 ? [SyncTagSet.All] : sets);

    /// <summary>True if a tag is wanted.</summary>
    public bool Selects(string tag) => Names?.Contains(tag) ?? _sets.Any(set => set.Selects(tag));

    /// <summary>
    /// True if the rule decides about a tag, whether or not it is wanted at the moment. Names decide about no other tags.
    /// </summary>
    public bool Covers(string tag) => Names is null && _sets.Any(set => set.Covers(tag));
}

/// <summary>Tags that match an expression and none of others, and are versions in a range.</summary>
internal sealed class SyncTagSet
{
    /// <summary>All tags.</summary>
    public static SyncTagSet All { get; } = new();

    /// <summary>The expressions; a tag must match at least one; empty for any tag.</summary>
    public IReadOnlyList<SyncExpression> Allow { get; init; } = [];

    /// <summary>The expressions that a tag must not match.</summary>
    public IReadOnlyList<SyncExpression> Deny { get; init; } = [];

    /// <summary>The ranges; at least one must contain the version; empty for any tag.</summary>
    public IReadOnlyList<VersionRange> Ranges { get; init; } = [];

    /// <summary>True if a tag is in the set.</summary>
    public bool Selects(string tag) =>
        IsAllowed(tag)
        && !Deny.Any(expression => expression.IsMatch(tag))
        && (Ranges.Count == 0 || (TagVersion.TryParse(tag, out var version) && Holds(version)));

    /// <summary>
    /// True if the set decides about a tag: the expressions that allow match it, and if there are ranges, it is a version. A version
    /// with a suffix is decided about only if a range holds it: <c>1.2-custom</c> has little to do with <c>^1.0</c>.
    /// </summary>
    public bool Covers(string tag) =>
        IsAllowed(tag)
        && (Ranges.Count == 0 || (TagVersion.TryParse(tag, out var version) && (!version.IsPreRelease || Holds(version))));

    private bool IsAllowed(string tag) => Allow.Count == 0 || Allow.Any(expression => expression.IsMatch(tag));

    private bool Holds(TagVersion version) => Ranges.Any(range => range.Contains(version));
}
