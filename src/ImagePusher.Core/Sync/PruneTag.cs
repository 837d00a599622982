using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Sync;

/// <summary>A tag that is not selected: it is removed, or kept for a reason.</summary>
internal sealed record PruneTag
{
    /// <summary>The full name.</summary>
    public required ImageReference Name { get; init; }

    /// <summary>The digest that it has; null if it was not read.</summary>
    public Digest? Digest { get; init; }

    /// <summary>The image that its manifest refers to; null for none.</summary>
    public Digest? Subject { get; init; }

    /// <summary>The tag for the list of referrers of the image that its own tag refers to; null for none.</summary>
    public string? ListTag => SubjectTag.ListTagOf(Name.Tag!);

    /// <summary>The time at which the image was created; null if it was not read or is unknown.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The reason for its removal.</summary>
    public string? Reason { get; init; }

    /// <summary>The reason why it is kept; null if it is removed.</summary>
    public string? Kept { get; init; }

    /// <summary>True if a tag that is kept needs the digest, so only the tag may be removed.</summary>
    public bool IsShared { get; init; }
}

/// <summary>The planned removals from one repository.</summary>
/// <param name="Scope">The repository.</param>
/// <param name="TagCount">The number of its tags.</param>
/// <param name="Tags">The tags that are not selected: those that are removed, and those that are kept for a reason.</param>
internal sealed record PrunePlan(PruneScope Scope, int TagCount, IReadOnlyList<PruneTag> Tags)
{
    /// <summary>The tags to remove.</summary>
    public IEnumerable<PruneTag> Removals => Tags.Where(tag => tag.Kept is null);
}
