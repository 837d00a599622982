using ImagePusher.Core.Transfer;

namespace ImagePusher.Output;

/// <summary>The plan of the copy of one image, blob by blob. Planning sends only GET, HEAD and token requests.</summary>
public sealed class ImageCopyPlan
{
    /// <summary>The full name that the image would get; binds to -Reference.</summary>
    public required string Reference { get; init; }

    /// <summary>The image at its source.</summary>
    public required string Source { get; init; }

    /// <summary>The digest that the name would have; null if that depends on layers that are yet to be compressed.</summary>
    public string? Digest { get; init; }

    /// <summary>The digest of the image at its source, if the copy would have another one; otherwise null.</summary>
    public string? SourceDigest { get; init; }

    /// <summary>True if the name already has that digest: nothing would be done.</summary>
    public bool IsPublished { get; init; }

    /// <summary>
    /// The size of blobs to send unchanged, in bytes; without manifests, and without mounts that the registry may reject.
    /// </summary>
    public long BytesToSend { get; init; }

    /// <summary>
    /// The size of blobs to compress (or to decompress for a docker archive) while they are sent; the resulting size is
    /// unknown.
    /// </summary>
    public long BytesToEncode { get; init; }

    /// <summary>Each config and layer once, with those of <see cref="Referrers"/>, largest first.</summary>
    public required TextList<ImageCopyPlanBlob> Blobs { get; init; }

    /// <summary>The digests of referrers that would be copied too.</summary>
    public required TextList<string> Referrers { get; init; }

    /// <summary>The full name that the image would get.</summary>
    public override string ToString() => Reference;

    internal static ImageCopyPlan Of(string source, CopyPlan plan) => new()
    {
        Reference = plan.Name.ToString(),
        Source = OutputText.Of(source),
        Digest = plan.Manifest?.Digest.ToString(),
        SourceDigest = plan.SourceDigest?.ToString(),
        IsPublished = plan.IsPublished,
        BytesToSend = plan.BytesToSend,
        BytesToEncode = plan.BytesToEncode,
        Blobs = new TextList<ImageCopyPlanBlob>([.. plan.Blobs.Select(ImageCopyPlanBlob.Of)]),
        Referrers = OutputText.List(plan.Referrers),
    };
}
