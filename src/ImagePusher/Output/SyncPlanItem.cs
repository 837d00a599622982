using System.Management.Automation;
using ImagePusher.Core.Oci;

namespace ImagePusher.Output;

/// <summary>An image that a sync file selects, or a tag of its target, with the action of a run.</summary>
public sealed class SyncPlanItem
{
    /// <summary>The image at its source; null for a tag that exists at the target only.</summary>
    public string? Source { get; init; }

    /// <summary>The full name at the target; null if no destination is known yet. Binds to -Reference.</summary>
    public string? Reference { get; init; }

    /// <summary>The planned action: Copy, None, Remove or Keep; null if the registries were not compared.</summary>
    public string? Action { get; init; }

    /// <summary>The digest of the image; null if it was not read.</summary>
    public string? Digest { get; init; }

    /// <summary>The time at which the image was created; null if it was not read or is unknown.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The reason why a tag is removed or kept; otherwise null.</summary>
    public string? Reason { get; init; }

    /// <summary>The platforms to copy of an index; empty for all.</summary>
    public required TextList<string> Platform { get; init; }

    /// <summary>True to copy signatures, SBOMs and attestations too; null if the file does not say.</summary>
    public bool? IncludeReferrers { get; init; }

    /// <summary>The number of remaining pulls below which the run waits; 0 for none.</summary>
    public long MinimumRateLimit { get; init; }

    /// <summary>The target that the file states; null if it states none.</summary>
    public string? Target { get; init; }

    /// <summary>The sync file; null for an image that no file selects.</summary>
    public string? Path { get; init; }

    /// <summary>The line of the entry in the file, from 1.</summary>
    public long Line { get; init; }

    /// <summary>The name at the target, or else that of the source.</summary>
    public override string ToString() => Reference ?? Source ?? "";

    // The name of the type selects a view with the comparison.
    internal PSObject Compared()
    {
        var item = PSObject.AsPSObject(this);
        item.TypeNames.Insert(0, $"{typeof(SyncPlanItem).FullName}#Compared");
        return item;
    }

    internal static TextList<string> Platforms(IReadOnlyList<Platform> platforms) => OutputText.List(platforms);
}
