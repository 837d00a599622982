using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>An image as it is to be copied: its root and every manifest below it, after platforms were selected.</summary>
/// <param name="Root">The manifest or index that gets the name.</param>
/// <param name="Manifests">All manifests and indexes including the root, children before those that reference them.</param>
/// <param name="OtherContent">Index entries of other types, such as the layers of a BuildKit cache: copied as blobs.</param>
internal sealed record ImageTree(Manifest Root, IReadOnlyList<Manifest> Manifests, IReadOnlyList<Descriptor> OtherContent)
{
    /// <summary>Foreign layers without URLs that the source lacks: their descriptors are copied, as of those with URLs.</summary>
    public IReadOnlySet<Digest> Absent { get; init; } = new HashSet<Digest>();

    /// <summary>The manifests of images and artifacts, without the indexes.</summary>
    public IEnumerable<ImageManifest> Images => Manifests.OfType<ImageManifest>();
}
