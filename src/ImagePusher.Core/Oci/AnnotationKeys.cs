namespace ImagePusher.Core.Oci;

/// <summary>The annotation keys for names and relations.</summary>
/// <remarks>image-spec, annotations.md; the other keys are those of containerd and BuildKit.</remarks>
internal static class AnnotationKeys
{
    /// <summary>In index.json: the tag of a manifest, or its full name (containerd and this library).</summary>
    public const string RefName = "org.opencontainers.image.ref.name";

    /// <summary>In index.json: the full name of a manifest, as containerd writes it.</summary>
    public const string ContainerdImageName = "io.containerd.image.name";

    /// <summary>The time at which the image was created (RFC 3339).</summary>
    public const string Created = "org.opencontainers.image.created";

    /// <summary>On an index entry: the manifest's relation to another one, such as <c>attestation-manifest</c>.</summary>
    public const string DockerReferenceType = "vnd.docker.reference.type";

    /// <summary>On an index entry: the digest of the manifest that an attestation is about.</summary>
    public const string DockerReferenceDigest = "vnd.docker.reference.digest";
}
