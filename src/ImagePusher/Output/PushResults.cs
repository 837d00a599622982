using ImagePusher.Core.Transfer;

namespace ImagePusher.Output;

/// <summary>Makes the objects of pushed images.</summary>
internal static class PushResults
{
    public static ImagePushResult Of(string source, CopyResult result) => new()
    {
        Source = source,
        Reference = result.Name.ToString(),
        Digest = result.Manifest.Digest.ToString(),
        SourceDigest = result.SourceDigest?.ToString(),
        Layers = result.Layers,
        Uploaded = result.Uploaded,
        Mounted = result.Mounted,
        Existing = result.Existing,
        BytesSent = result.BytesSent,
        Duration = result.Duration,
    };
}
