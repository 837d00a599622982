using ImagePusher.Core.Transfer;

namespace ImagePusher.Output;

/// <summary>The result of pushing or copying one image.</summary>
public sealed class ImagePushResult
{
    /// <summary>The full name at the target; binds to -Reference.</summary>
    public required string Reference { get; init; }

    /// <summary>The image at its source.</summary>
    public required string Source { get; init; }

    /// <summary>The digest that the name now has.</summary>
    public required string Digest { get; init; }

    /// <summary>The digest of the image at its source, if the copy has another one; otherwise null.</summary>
    public string? SourceDigest { get; init; }

    /// <summary>The number of different layers, over all platforms; null if the image already existed and was not read.</summary>
    public long? Layers { get; init; }

    /// <summary>The number of layers that were sent.</summary>
    public long Uploaded { get; init; }

    /// <summary>The number of layers that the registry mounted from another of its repositories.</summary>
    public long Mounted { get; init; }

    /// <summary>The number of layers that already existed; null if <see cref="Layers"/> is.</summary>
    public long? Existing { get; init; }

    /// <summary>The number of bytes of blobs and manifests that were sent, including retries.</summary>
    public long BytesSent { get; init; }

    /// <summary>The duration.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The full name at the target.</summary>
    public override string ToString() => Reference;

    internal static ImagePushResult Of(string source, CopyResult result) => new()
    {
        Reference = result.Name.ToString(),
        Source = OutputText.Of(source),
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
