namespace ImagePusher.Output;

/// <summary>What a copy of one image would do, blob by blob. Nothing was done for it but GET, HEAD and token requests.</summary>
public sealed class ImageCopyPlan
{
    /// <summary>The image's name where it comes from: what binds to the copying cmdlet's -Reference or -Path.</summary>
    public required string Source { get; init; }

    /// <summary>The full name that it would get.</summary>
    public required string Reference { get; init; }

    /// <summary>The digest that the name would stand for; null if that depends on layers that are yet to be compressed.</summary>
    public string? Digest { get; init; }

    /// <summary>What it would be made from, if it is not what the source has; else null.</summary>
    public string? SourceDigest { get; init; }

    /// <summary>True if the name stands for that digest already: nothing would be done.</summary>
    public bool IsPublished { get; init; }

    /// <summary>The bytes of blobs that would be sent as they are; manifests, and mounts that the registry refuses, come on top.</summary>
    public long BytesToSend { get; init; }

    /// <summary>The bytes that would be read and compressed on their way (decompressed, for a tar of docker's form); how many they become is not known before.</summary>
    public long BytesToEncode { get; init; }

    /// <summary>Every config and layer, each once, largest first.</summary>
    public ImageCopyPlanBlob[] Blobs { get; init; } = [];

    /// <summary>The digests of what refers to the image and would go with it.</summary>
    public string[] Referrers { get; init; } = [];

    /// <summary>The full name that it would get.</summary>
    public override string ToString() => Reference;
}
