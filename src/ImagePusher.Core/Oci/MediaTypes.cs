namespace ImagePusher.Core.Oci;

/// <summary>The media types of images. Content of any other type is copied unchanged.</summary>
/// <remarks>image-spec, media-types.md; distribution, image manifest v2 schema 2.</remarks>
#pragma warning disable CS1591 // The constants are documented by their values.
internal static class MediaTypes
{
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";
    public const string OciEmpty = "application/vnd.oci.empty.v1+json";
    public const string OciArtifactManifest = "application/vnd.oci.artifact.manifest.v1+json";
    public const string OciLayer = "application/vnd.oci.image.layer.v1.tar";
    public const string OciLayerGzip = OciLayer + "+gzip";
    public const string OciLayerZstd = OciLayer + "+zstd";
    public const string OciForeignLayerPrefix = "application/vnd.oci.image.layer.nondistributable.v1.tar";

    public const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerSchema1 = "application/vnd.docker.distribution.manifest.v1+json";
    public const string DockerSchema1Signed = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";
    public const string DockerLayer = "application/vnd.docker.image.rootfs.diff.tar";
    public const string DockerLayerGzip = DockerLayer + ".gzip";
    public const string DockerLayerZstd = DockerLayer + ".zstd";
    public const string DockerForeignLayer = "application/vnd.docker.image.rootfs.foreign.diff.tar";

#pragma warning restore CS1591

    /// <summary>The four manifest types that a client accepts, preferred first.</summary>
    public static IReadOnlyList<string> Manifests { get; } = [OciIndex, OciManifest, DockerList, DockerManifest];

    /// <summary>True for an OCI index or a docker manifest list.</summary>
    public static bool IsIndex(string? mediaType) => mediaType is OciIndex or DockerList;

    /// <summary>True for a manifest of one image or artifact.</summary>
    public static bool IsManifest(string? mediaType) => mediaType is OciManifest or DockerManifest;

    /// <summary>True for the first docker manifest format, which current tools do not write.</summary>
    public static bool IsSchema1(string? mediaType) => mediaType is DockerSchema1 or DockerSchema1Signed;

    /// <summary>True for the config of an image, not of an artifact.</summary>
    public static bool IsImageConfig(string? mediaType) => mediaType is OciConfig or DockerConfig;

    /// <summary>True for an uncompressed layer.</summary>
    public static bool IsPlainLayer(string? mediaType) => mediaType is OciLayer or DockerLayer;

    /// <summary>True for an uncompressed or compressed layer that a registry stores.</summary>
    public static bool IsLayer(string? mediaType) =>
        IsPlainLayer(mediaType) || mediaType is OciLayerGzip or OciLayerZstd or DockerLayerGzip or DockerLayerZstd;

    /// <summary>
    /// True for a nondistributable layer, such as a base layer of Windows. If its descriptor has <c>urls</c>, only they provide it: it
    /// is not copied, and its descriptor is kept. Without them it is copied if the source has it.
    /// </summary>
    public static bool IsForeign(string? mediaType) => mediaType is not null
        && (mediaType.StartsWith(DockerForeignLayer, StringComparison.Ordinal)
            || mediaType.StartsWith(OciForeignLayerPrefix, StringComparison.Ordinal));

    /// <summary>
    /// True for a layer of an image, also in a form that cannot be read, such as encrypted; false for the content of an artifact.
    /// </summary>
    internal static bool IsFileSystem(string mediaType) =>
        mediaType.StartsWith("application/vnd.oci.image.layer.", StringComparison.Ordinal)
        || mediaType.StartsWith("application/vnd.docker.image.rootfs.", StringComparison.Ordinal);

    /// <summary>
    /// True if an index entry of the type is read as a manifest: also without a type, and of types that are recognized in
    /// order to be rejected with an explanation.
    /// </summary>
    internal static bool IsManifestLike(string mediaType) =>
        mediaType.Length == 0 || IsIndex(mediaType) || IsManifest(mediaType) || IsSchema1(mediaType) || mediaType == OciArtifactManifest;
}
