using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Output;

/// <summary>One layer of a manifest, or one manifest of an index.</summary>
public sealed class ManifestEntry
{
    /// <summary>For a manifest of an index, its full name by digest, which binds to -Reference; null for a layer.</summary>
    public string? Reference { get; init; }

    /// <summary>Its digest.</summary>
    public required string Digest { get; init; }

    /// <summary>Its media type.</summary>
    public required string MediaType { get; init; }

    /// <summary>Its size in bytes.</summary>
    public long Size { get; init; }

    /// <summary>The platform of a manifest of an index; otherwise null.</summary>
    public string? Platform { get; init; }

    /// <summary>The digest.</summary>
    public override string ToString() => Digest;

    internal static ManifestEntry Of(ImageReference? index, Descriptor descriptor) => new()
    {
        Reference = index?.WithDigest(descriptor.Digest).ToString(),
        Digest = descriptor.Digest.ToString(),
        MediaType = OutputText.Of(descriptor.MediaType),
        Size = descriptor.Size,
        Platform = OutputText.Of(descriptor.Platform?.ToString()),
    };
}
