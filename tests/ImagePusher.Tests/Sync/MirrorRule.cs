namespace ImagePusher.Tests.Sync;

/// <summary>The selection of the tags of a repository by a file, and the treatment of other tags: a second implementation of the documented
/// rules.</summary>
internal enum MirrorRule
{
    /// <summary>All tags.</summary>
    All,

    /// <summary>Those that match <c>^1[.]</c>.</summary>
    Expression,

    /// <summary>The versions <c>^1.0</c>.</summary>
    Range,

    /// <summary>1.0 and latest.</summary>
    Names,

    /// <summary>One digest.</summary>
    Digest,
}

internal static class MirrorRules
{
    /// <summary>The entry of a repository in a file of skopeo.</summary>
    public static string Entry(this MirrorRule rule, string repository, string digest) => rule switch
    {
        MirrorRule.All => $"images: {{{repository}: []}}",
        MirrorRule.Expression => $"images-by-tag-regex: {{{repository}: '^1[.]'}}",
        MirrorRule.Range => $"images-by-semver: {{{repository}: ^1.0}}",
        MirrorRule.Names => $"images: {{{repository}: ['1.0', latest]}}",
        _ => $"images: {{{repository}: ['{digest}']}}",
    };

    /// <summary>True if a tag of the source is wanted.</summary>
    public static bool Selects(this MirrorRule rule, string tag) => rule switch
    {
        MirrorRule.All => true,
        MirrorRule.Expression => tag.StartsWith("1.", StringComparison.Ordinal),
        MirrorRule.Range => tag is "1.0" or "1.1",
        MirrorRule.Names => tag is "1.0" or "latest",
        _ => false,
    };

    /// <summary>True if a tag of the target is removed when it is not wanted.</summary>
    public static bool Covers(this MirrorRule rule, string tag) => rule switch
    {
        MirrorRule.All => true,
        MirrorRule.Expression => tag.StartsWith("1.", StringComparison.Ordinal),
        MirrorRule.Range => tag is "1.0" or "1.1" or "2.0",
        _ => false,
    };

    /// <summary>True if the rule reads the list of tags.</summary>
    public static bool ReadsList(this MirrorRule rule) => rule is MirrorRule.All or MirrorRule.Expression or MirrorRule.Range;
}
