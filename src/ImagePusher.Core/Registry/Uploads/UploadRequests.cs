using System.Net;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Authentication;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>The requests of an upload (distribution-spec, Pushing Blobs).</summary>
/// <param name="repository">The repository's path at the host.</param>
/// <param name="purpose">The operation, for messages.</param>
internal sealed class UploadRequests(string repository, string purpose)
{
    private static readonly HttpStatusCode[] CancelStatuses =
        [HttpStatusCode.BadRequest, HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.NotFound,
            HttpStatusCode.MethodNotAllowed];

    private readonly TokenScope[] _scopes = [TokenScope.Push(repository)];

    /// <summary>The operation, for messages.</summary>
    public string Purpose => purpose;

    /// <summary>POST opens an upload.</summary>
    public RegistryRequest Open() => new()
    {
        Method = HttpMethod.Post,
        Target = $"/v2/{repository}/blobs/uploads/",
        Purpose = purpose,
        Scopes = _scopes,
        Content = static _ => new ByteArrayContent([]),
    };

    /// <summary>PATCH sends a body. It is not retried: only the caller knows how much of it arrived.</summary>
    public RegistryRequest Patch(string url, UploadBody body, bool ownConnection) => Send(HttpMethod.Patch, url, body, ownConnection);

    /// <summary>PUT sends the blob and commits it. It is not retried.</summary>
    public RegistryRequest Put(string url, Digest digest, UploadBody body, bool ownConnection) =>
        Send(HttpMethod.Put, WithDigest(url, digest), body, ownConnection);

    /// <summary>GET asks how much the registry has.</summary>
    public RegistryRequest Status(string url) => new() { Method = HttpMethod.Get, Target = url, Purpose = purpose, Scopes = _scopes };

    /// <summary>PUT commits what was sent.</summary>
    public RegistryRequest Commit(string url, BlobIdentity identity) => new()
    {
        Method = HttpMethod.Put,
        Target = WithDigest(url, identity.Digest),
        Purpose = purpose,
        Scopes = _scopes,
        Content = static _ => new ByteArrayContent([]),
        Length = identity.Size,
        Expected = [HttpStatusCode.NotFound],
    };

    /// <summary>DELETE cancels the upload.</summary>
    public RegistryRequest Cancel(string url) => new()
    {
        Method = HttpMethod.Delete,
        Target = url,
        Purpose = "cancelling an upload",
        Scopes = _scopes,
        Retries = false,
        Expected = CancelStatuses,
    };

    private RegistryRequest Send(HttpMethod method, string target, UploadBody body, bool ownConnection) => new()
    {
        Method = method,
        Target = target,
        Purpose = purpose,
        Scopes = _scopes,
        Content = body.CreateContent,
        Length = body.Length,
        Retries = false,
        OwnConnection = ownConnection,
        Expected = [HttpStatusCode.RequestedRangeNotSatisfiable],
    };

    private static string WithDigest(string url, Digest digest) => UrlText.AddQuery(url, "digest", digest.ToString());
}
