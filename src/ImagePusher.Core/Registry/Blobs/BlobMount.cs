using System.Net;
using ImagePusher.Core.Registry.Authentication;
using ImagePusher.Core.Registry.Http;
using ImagePusher.Core.Registry.Uploads;

namespace ImagePusher.Core.Registry.Blobs;

/// <summary>Asks a registry to take a blob from another repository of its own (distribution-spec, Mounting a blob from another repository).</summary>
internal sealed class BlobMount(RepositoryEndpoint endpoint, string from)
{
    /// <summary>What came of it.</summary>
    /// <param name="IsDone">True if the blob is in place.</param>
    /// <param name="UploadUrl">Where to upload it instead, if the registry opened an upload.</param>
    internal sealed record Outcome(bool IsDone, string? UploadUrl);

    public async Task<Outcome> TryAsync(string digest, CancellationToken cancellationToken)
    {
        var transport = endpoint.Transport;
        var purpose = $"mounting {digest} from {from} in {endpoint.Name}";
        try
        {
            using var answer = await transport.SendAsync(
                new RegistryRequest
                {
                    Method = HttpMethod.Post,
                    Target = $"/v2/{endpoint.Repository}/blobs/uploads/?mount={Uri.EscapeDataString(digest)}&from={Uri.EscapeDataString(from)}",
                    Purpose = purpose,
                    Scopes = [TokenScope.Push(endpoint.Repository), TokenScope.Pull(from)],
                    Content = static _ => new ByteArrayContent([]),

                    // Repeating it costs more than it may save: the upload is there for all of these.
                    Expected = [HttpStatusCode.BadRequest, HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed, HttpStatusCode.InternalServerError],
                },
                cancellationToken).ConfigureAwait(false);
            return answer.Status switch
            {
                HttpStatusCode.Created => new Outcome(true, null),
                HttpStatusCode.Accepted => new Outcome(false, UploadLocation.Read(answer, transport.Host, purpose)),
                _ => new Outcome(false, null),
            };
        }
        catch (RegistryException error) when (error is RegistryUnauthorizedException or RegistryDeniedException or RegistryProtocolException)
        {
            // The right to read there may be missing; that to write here is asked for by the upload.
            transport.Log.Verbose($"{error.Message} The blob is uploaded instead.");
            return new Outcome(false, null);
        }
    }
}
