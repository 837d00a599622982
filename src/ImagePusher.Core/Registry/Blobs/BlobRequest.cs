using System.Net;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Blobs;

/// <summary>The request for a blob, at any offset, and the failures of reading it.</summary>
/// <param name="remote">The repository.</param>
/// <param name="blob">The blob.</param>
internal sealed class BlobRequest(RepositoryLocation remote, Descriptor blob)
{
    /// <summary>The blob.</summary>
    public Descriptor Blob => blob;

    /// <summary>The operation, for messages.</summary>
    public string Purpose { get; } = $"reading {blob.Digest} of {remote.Name}";

    /// <summary>GET from an offset. It is not retried here: only the stream knows how far it came.</summary>
    public RegistryRequest At(long offset) => new()
    {
        Method = HttpMethod.Get,
        Target = $"/v2/{remote.Repository}/blobs/{blob.Digest}",
        Purpose = Purpose,
        Scopes = remote.PullScopes,
        Offset = offset,
        Expected = offset > 0 ? [HttpStatusCode.RequestedRangeNotSatisfiable] : [],
        IsVerified = true,
        Retries = false,
    };

    /// <summary>A lost connection.</summary>
    public Exception Lost(RegistryTransport transport, Exception error, string? url) =>
        RegistryFailure.OfConnection(
            error, Purpose, transport.Host.Registry, transport.Host.Secrets, url ?? transport.Host.BaseUrl);

    /// <summary>The registry has the blob with another size.</summary>
    public DigestMismatchException Damaged(RegistryTransport transport, long size) => new(
        $"{blob.Digest} at {transport.Host.Registry}", $"{blob.Size} bytes", $"{size} bytes",
        "The registry's copy of the blob is damaged. Push the image to the registry again from another source.");
}
