using System.Net;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Authentication;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Manifests;

/// <summary>The requests for the manifests of a repository.</summary>
internal static class ManifestRequests
{
    private static readonly HttpStatusCode[] NoHead =
        [HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed, HttpStatusCode.BadRequest, HttpStatusCode.NotImplemented];

    /// <summary>The manifest's path at the host.</summary>
    public static string Target(RepositoryLocation remote, string tagOrDigest) => $"/v2/{remote.Repository}/manifests/{tagOrDigest}";

    /// <summary>GET reads a manifest. It is not retried: a response that breaks off is repeated with its request.</summary>
    public static RegistryRequest Get(RepositoryLocation remote, string tagOrDigest) => new()
    {
        Method = HttpMethod.Get,
        Target = Target(remote, tagOrDigest),
        Purpose = $"reading the manifest {remote.Reference(tagOrDigest)}",
        Scopes = remote.PullScopes,
        Accept = MediaTypes.Manifests,
        Retries = false,
        Expected = [HttpStatusCode.NotFound],
    };

    /// <summary>HEAD asks for a manifest's descriptor.</summary>
    public static RegistryRequest Head(RepositoryLocation remote, string tagOrDigest, IReadOnlyList<TokenScope> scopes) => new()
    {
        Method = HttpMethod.Head,
        Target = Target(remote, tagOrDigest),
        Purpose = $"asking for the manifest {remote.Reference(tagOrDigest)}",
        Scopes = scopes,
        Accept = MediaTypes.Manifests,
        Expected = NoHead,
    };

    /// <summary>PUT stores a manifest.</summary>
    public static RegistryRequest Put(RepositoryLocation remote, string tagOrDigest, Manifest manifest) => new()
    {
        Method = HttpMethod.Put,
        Target = Target(remote, tagOrDigest),
        Purpose = $"pushing the manifest {remote.Reference(tagOrDigest)}",
        Scopes = remote.PushScopes,
        Content = _ =>
        {
            var content = new ReadOnlyMemoryContent(manifest.Raw);
            content.Headers.TryAddWithoutValidation("Content-Type", manifest.MediaType);
            return content;
        },
    };

    /// <summary>DELETE removes a manifest or a tag.</summary>
    /// <param name="remote">The repository.</param>
    /// <param name="tagOrDigest">The tag or digest.</param>
    /// <param name="expected">The rejections that the caller handles.</param>
    public static RegistryRequest Delete(
        RepositoryLocation remote, string tagOrDigest, params IReadOnlyList<HttpStatusCode> expected) => new()
        {
            Method = HttpMethod.Delete,
            Target = Target(remote, tagOrDigest),
            Purpose = $"deleting {remote.Reference(tagOrDigest)}",
            Scopes = [TokenScope.Delete(remote.Repository)],
            Expected = expected,
        };
}
