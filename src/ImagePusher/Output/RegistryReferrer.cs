using System.Collections;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Output;

/// <summary>A manifest that refers to another one: a signature, an SBOM, an attestation.</summary>
public sealed class RegistryReferrer
{
    /// <summary>The full name by digest; binds to -Reference.</summary>
    public required string Reference { get; init; }

    /// <summary>The full name of the image that it refers to, by digest.</summary>
    public required string Subject { get; init; }

    /// <summary>Its digest.</summary>
    public required string Digest { get; init; }

    /// <summary>The artifact type; for a referrer that is linked by its tag, the media type of its first layer.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>
    /// The tag that links it to its subject, such as cosign's <c>sha256-….sig</c>; null if the registry lists it as a
    /// referrer.
    /// </summary>
    public string? Tag { get; init; }

    /// <summary>The media type of the manifest.</summary>
    public required string MediaType { get; init; }

    /// <summary>The size of the manifest in bytes.</summary>
    public long Size { get; init; }

    /// <summary>The annotations by name.</summary>
    public required IDictionary Annotations { get; init; }

    /// <summary>The full name.</summary>
    public override string ToString() => Reference;

    internal static RegistryReferrer Of(ImageReference reference, Digest subject, Descriptor referrer, string? tag) => new()
    {
        Reference = reference.WithDigest(referrer.Digest).ToString(),
        Subject = reference.WithDigest(subject).ToString(),
        Digest = referrer.Digest.ToString(),
        ArtifactType = OutputText.Of(referrer.ArtifactType),
        Tag = tag,
        MediaType = OutputText.Of(referrer.MediaType),
        Size = referrer.Size,
        Annotations = new AnnotationTable(referrer.Annotations),
    };
}
