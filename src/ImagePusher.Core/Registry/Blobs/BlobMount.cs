using System.Net;
using ImagePusher.Core.Registry.Authentication;
using ImagePusher.Core.Registry.Http;
using ImagePusher.Core.Registry.Uploads;

namespace ImagePusher.Core.Registry.Blobs;

/// <summary>Requests that a registry mounts a blob from another of its repositories (distribution-spec, Mounting a blob).</summary>
internal sealed class BlobMount(RepositoryLocation remote, string from)
{
    /// <summary>The result of a mount.</summary>
    /// <param name="IsDone">True if the blob was mounted.</param>
    /// <param name="UploadUrl">The URL of an upload that the registry opened instead; null for none.</param>
    internal sealed record Outcome(bool IsDone, string? UploadUrl);

    public async Task<Outcome> TryAsync(string digest, CancellationToken cancellationToken)
    {
        var transport = remote.Transport;
        var purpose = $"mounting {digest} from {from} in {remote.Name}";
        try
        {
            using var response = await transport.SendAsync(
                new RegistryRequest
                {
                    Method = HttpMethod.Post,
                    Target = $"/v2/{remote.Repository}/blobs/uploads/?mount={Uri.EscapeDataString(digest)}"
                        + $"&from={Uri.EscapeDataString(from)}",
                    Purpose = purpose,
                    Scopes = [TokenScope.Push(remote.Repository), TokenScope.Pull(from)],
                    Content = static _ => new ByteArrayContent([]),

                    // A retry would cost more than it could save: the blob is uploaded after all of these.
                    Expected =
                    [
                        HttpStatusCode.BadRequest, HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed,
                        HttpStatusCode.InternalServerError,
                    ],
                },
                cancellationToken).ConfigureAwait(false);
            return response.Status switch
            {
                HttpStatusCode.Created => new Outcome(true, null),
                HttpStatusCode.Accepted => new Outcome(false, UploadLocation.Read(response, transport.Host, purpose)),
                _ => new Outcome(false, null),
            };
        }
        catch (RegistryException error) when (
            error is RegistryUnauthorizedException or RegistryDeniedException or RegistryProtocolException)
        {
            // The caller may lack the right to read there; the upload requests the permission to write here.
            transport.Log.Information($"{error.Message} The blob is uploaded instead.");
            return new Outcome(false, null);
        }
    }
}
