namespace ImagePusher.Core.Archives;

/// <summary>The forms of a tar that <see cref="ArchiveWriter"/> writes.</summary>
public enum ArchiveFormat
{
    /// <summary>
    /// An OCI image layout in a tar: manifests, indexes and artifacts keep their bytes and so their digests. skopeo, containerd
    /// and docker 25 and later load it; podman too, though <c>podman load</c> takes only a tar of one image in this form
    /// (<c>podman pull oci-archive:TAR:NAME</c> takes one of several).
    /// </summary>
    Oci,

    /// <summary>
    /// What <c>docker save</c> writes: manifest.json, configs and plain layers, one platform an image. Every docker and podman
    /// loads it.
    /// </summary>
    Docker,
}
