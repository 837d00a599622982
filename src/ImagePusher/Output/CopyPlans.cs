using ImagePusher.Core.Transfer;

namespace ImagePusher.Output;

/// <summary>Makes the objects of plans.</summary>
internal static class CopyPlans
{
    public static ImageCopyPlan Of(string source, CopyPlan plan) => new()
    {
        Source = source,
        Reference = plan.Name.ToString(),
        Digest = plan.Root?.Digest.ToString(),
        SourceDigest = plan.SourceDigest?.ToString(),
        IsPublished = plan.IsPublished,
        BytesToSend = plan.BytesToSend,
        BytesToEncode = plan.BytesToEncode,
        Blobs = [.. plan.Blobs.Select(Of)],
        Referrers = [.. plan.Referrers.Select(referrer => referrer.Digest.ToString())],
    };

    private static ImageCopyPlanBlob Of(PlannedBlob blob) => new()
    {
        Action = blob.Action.ToString(),
        Kind = blob.IsLayer ? "Layer" : "Config",
        Digest = blob.Blob.Digest.ToString(),
        MediaType = blob.Blob.MediaType,
        Size = blob.Blob.Size,
        From = blob.From,
    };
}
