namespace ImagePusher.Core.Oci;

/// <summary>A reference to content: its media type, digest and size, and the fields that an index or manifest adds.</summary>
/// <param name="MediaType">The media type; empty if the descriptor has none.</param>
/// <param name="Digest">The digest of the content.</param>
/// <param name="Size">The size of the content in bytes.</param>
/// <remarks>image-spec, descriptor.md. Descriptors are equal if digest, size and media type are.</remarks>
public sealed record Descriptor(string MediaType, Digest Digest, long Size)
{
    /// <summary>The largest size that a descriptor may have: 1 TiB. Sums of sizes then fit 64 bits.</summary>
    internal const long MaximumSize = 1L << 40;

    /// <summary>The platform, on entries of an index; null if the entry does not state one.</summary>
    public Platform? Platform { get; init; }

    /// <summary>The artifact's type, on entries of layouts and referrers lists; null otherwise.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>
    /// Annotations; empty if there are none. Text that is not Unicode is omitted here and kept when the content is copied.
    /// </summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = EmptyAnnotations;

    /// <summary>Other places of the content; used by foreign layers.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [];

    /// <summary>No annotations.</summary>
    internal static IReadOnlyDictionary<string, string> EmptyAnnotations { get; } = new Dictionary<string, string>();

    /// <summary>True for an entry that attests another one (BuildKit's provenance and SBOM manifests).</summary>
    public bool IsAttestation => Annotations.GetValueOrDefault(AnnotationKeys.DockerReferenceType) == "attestation-manifest";

    /// <summary>
    /// True if an index entry refers to a manifest; false for content of another type, which is copied as a blob
    /// (image-spec, image-index.md: unknown media types are not an error).
    /// </summary>
    internal bool IsManifest => MediaTypes.IsManifestLike(MediaType);

    /// <summary>True for a foreign layer that its URLs provide. One without URLs is copied where the source has it.</summary>
    internal bool IsExternal => Urls.Count > 0 && MediaTypes.IsForeign(MediaType);

    /// <summary>The entry that an attestation is about; null for other entries.</summary>
    internal Digest? AttestedDigest =>
        IsAttestation && Oci.Digest.TryParse(Annotations.GetValueOrDefault(AnnotationKeys.DockerReferenceDigest), out var digest)
            ? digest : null;

    /// <summary>The entry for the rewritten manifest; platform and annotations are kept.</summary>
    internal Descriptor As(Manifest result) => result.Digest == Digest
        ? this
        : this with { MediaType = result.MediaType, Digest = result.Digest, Size = result.Descriptor.Size };

    /// <inheritdoc/>
    public bool Equals(Descriptor? other) =>
        other is not null && Digest == other.Digest && Size == other.Size && MediaType == other.MediaType;

    /// <inheritdoc/>
    public override int GetHashCode() => Digest.GetHashCode();

    /// <summary>Digest, media type and size, for logs.</summary>
    public override string ToString() => FormattableString.Invariant($"{Digest} ({MediaType}, {Size} bytes)");
}
