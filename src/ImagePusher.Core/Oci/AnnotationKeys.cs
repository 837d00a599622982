namespace ImagePusher.Core.Oci;

/// <summary>The annotation keys that carry names and relations.</summary>
/// <remarks>image-spec, annotations.md; containerd's and buildkit's own keys.</remarks>
public static class AnnotationKeys
{
    /// <summary>In index.json: the tag, or with us and containerd the full name, of a manifest.</summary>
    public const string RefName = "org.opencontainers.image.ref.name";

    /// <summary>In index.json: the full name of a manifest, as containerd writes it.</summary>
    public const string ContainerdImageName = "io.containerd.image.name";

    /// <summary>When the image was created (RFC 3339).</summary>
    public const string Created = "org.opencontainers.image.created";

    /// <summary>On an index entry: what the manifest is to another one, such as <c>attestation-manifest</c>.</summary>
    public const string DockerReferenceType = "vnd.docker.reference.type";

    /// <summary>On an index entry: the digest of the manifest that an attestation is about.</summary>
    public const string DockerReferenceDigest = "vnd.docker.reference.digest";
}
