namespace ImagePusher.Core.Oci;

/// <summary>What names a piece of content: its media type, digest and size in bytes, and what else an index or manifest says of it.</summary>
/// <remarks>image-spec, descriptor.md. Equality is by digest, size and media type: what is said about content does not change it.</remarks>
public sealed record Descriptor(string MediaType, Digest Digest, long Size)
{
    /// <summary>The platform, on an index's entries.</summary>
    public Platform? Platform { get; init; }

    /// <summary>The artifact's type, on entries of layouts and referrers lists.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>Annotations; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = EmptyAnnotations;

    /// <summary>Where else the content can be had; used by foreign layers.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [];

    /// <summary>No annotations.</summary>
    public static IReadOnlyDictionary<string, string> EmptyAnnotations { get; } = new Dictionary<string, string>();

    /// <summary>True for an entry that attests another (buildkit's provenance and SBOM manifests).</summary>
    public bool IsAttestation => Annotations.GetValueOrDefault(AnnotationKeys.DockerReferenceType) == "attestation-manifest";

    /// <inheritdoc/>
    public bool Equals(Descriptor? other) =>
        other is not null && Digest == other.Digest && Size == other.Size && MediaType == other.MediaType;

    /// <inheritdoc/>
    public override int GetHashCode() => Digest.GetHashCode();
}
