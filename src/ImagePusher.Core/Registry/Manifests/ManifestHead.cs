using System.Net;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Registry.Manifests;

/// <summary>The response to HEAD for a manifest.</summary>
/// <param name="Descriptor">
/// The manifest's descriptor; null if there is no manifest, or if the response is incomplete and only GET can tell.
/// </param>
/// <param name="Status">The status of the response.</param>
internal readonly record struct ManifestHead(Descriptor? Descriptor, HttpStatusCode Status)
{
    /// <summary>True if the registry reports that the manifest does not exist.</summary>
    public bool IsMissing => Status == HttpStatusCode.NotFound;
}
