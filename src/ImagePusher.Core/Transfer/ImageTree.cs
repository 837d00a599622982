using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>An image as it is to be copied: its root and every manifest below it, after platforms were chosen.</summary>
/// <param name="Root">The manifest or index that gets the name.</param>
/// <param name="Manifests">All manifests and indexes of the tree, the root too, children before those that name them.</param>
internal sealed record ImageTree(Manifest Root, IReadOnlyList<Manifest> Manifests)
{
    /// <summary>The manifests of images and artifacts, without the indexes.</summary>
    public IEnumerable<ImageManifest> Images => Manifests.OfType<ImageManifest>();
}
