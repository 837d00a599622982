using ImagePusher.Core.Transfer;

namespace ImagePusher.Output;

/// <summary>The planned action for one blob.</summary>
public sealed class ImageCopyPlanBlob
{
    /// <summary><c>Exists</c>, <c>Mount</c>, <c>Upload</c>, <c>Encode</c> or <c>Decode</c>.</summary>
    public required string Action { get; init; }

    /// <summary><c>Layer</c>, <c>Config</c>, or <c>Referrer</c> for both of a referrer.</summary>
    public required string Kind { get; init; }

    /// <summary>Its digest; for <c>Encode</c> that of the uncompressed layer, or of the result where it is recorded.</summary>
    public required string Digest { get; init; }

    /// <summary>Its media type.</summary>
    public required string MediaType { get; init; }

    /// <summary>Its size in bytes.</summary>
    public long Size { get; init; }

    /// <summary>For <c>Mount</c>, the repository of the same registry that has it; otherwise null.</summary>
    public string? From { get; init; }

    /// <summary>The digest.</summary>
    public override string ToString() => Digest;

    internal static ImageCopyPlanBlob Of(PlannedBlob blob) => new()
    {
        Action = blob.Action.ToString(),
        Kind = blob.IsReferrer ? "Referrer" : blob.IsLayer ? "Layer" : "Config",
        Digest = blob.Blob.Digest.ToString(),
        MediaType = OutputText.Of(blob.Blob.MediaType),
        Size = blob.Blob.Size,
        From = blob.From,
    };
}
