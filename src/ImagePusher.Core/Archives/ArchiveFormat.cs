namespace ImagePusher.Core.Archives;

/// <summary>The formats of a tar that <see cref="ImageEndpoint.Archive"/> writes.</summary>
public enum ArchiveFormat
{
    /// <summary>
    /// An OCI archive: manifests, indexes and artifacts keep their bytes and so their digests. skopeo, containerd and Docker 25 and later
    /// load it; podman too, though <c>podman load</c> accepts only a tar of one image in this format
    /// (<c>podman pull oci-archive:TAR:NAME</c> reads one of several).
    /// </summary>
    Oci,

    /// <summary>
    /// A docker archive, as <c>docker save</c> writes it: manifest.json, configs and uncompressed layers, one platform per image. Every
    /// version of docker and podman loads it.
    /// </summary>
    Docker,
}
