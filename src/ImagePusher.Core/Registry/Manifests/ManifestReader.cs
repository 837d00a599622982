using System.Net;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Authentication;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Manifests;

/// <summary>Reads the manifests of a repository (distribution-spec, Pulling Manifests).</summary>
internal static class ManifestReader
{
    /// <summary>Reads a manifest; null if the repository has none of this tag or digest.</summary>
    /// <exception cref="DigestMismatchException">The content does not match the requested digest, or the one in the response.</exception>
    /// <exception cref="LimitExceededException">The response is longer or slower than allowed.</exception>
    /// <exception cref="RegistryException">The manifest could not be read.</exception>
    public static Task<Manifest?> GetAsync(
        RepositoryLocation remote, string tagOrDigest, Descriptor? expected, CancellationToken cancellationToken)
    {
        var request = ManifestRequests.Get(remote, tagOrDigest);
        return remote.Transport.Retry.ExecuteAsync(
            token => GetOnceAsync(remote, request, tagOrDigest, expected, token), cancellationToken);
    }

    /// <summary>Requests a manifest's descriptor by HEAD.</summary>
    public static async Task<ManifestHead> HeadAsync(
        RepositoryLocation remote, string tagOrDigest, IReadOnlyList<TokenScope> scopes, CancellationToken cancellationToken)
    {
        using var response = await remote.Transport.SendAsync(
            ManifestRequests.Head(remote, tagOrDigest, scopes), cancellationToken).ConfigureAwait(false);
        if (!response.Response.IsSuccessStatusCode)
        {
            return new ManifestHead(null, response.Status);
        }

        var headers = response.Response.Content.Headers;
        var type = headers.ContentType?.MediaType;
        var isComplete = Digest.TryParse(response.Header("Docker-Content-Digest") ?? tagOrDigest, out var digest)
            && headers.ContentLength > 0 && (MediaTypes.IsIndex(type) || MediaTypes.IsManifest(type));
        return new ManifestHead(isComplete ? new Descriptor(type!, digest!, headers.ContentLength!.Value) : null, response.Status);
    }

    private static async Task<Manifest?> GetOnceAsync(
        RepositoryLocation remote, RegistryRequest request, string tagOrDigest, Descriptor? expected, CancellationToken cancellationToken)
    {
        using var response = await remote.Transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.Status == HttpStatusCode.NotFound)
        {
            return null;
        }

        var raw = await ReadAsync(remote.Transport, response, request.Purpose, cancellationToken).ConfigureAwait(false);
        return new ManifestResponse(response, remote.Transport.Host.Registry, remote.Reference(tagOrDigest)).Parse(
            raw, tagOrDigest, expected);
    }

    private static async Task<byte[]> ReadAsync(
        RegistryTransport transport, RegistryResponse response, string purpose, CancellationToken cancellationToken)
    {
        try
        {
            return await BoundedBody.ReadAsync(
                response.Response, Manifest.MaximumSize, transport.Host.Settings.IdleTimeout, transport.Time,
                cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException error)
        {
            throw new LimitExceededException(
                $"{RegistryFailure.Failed(purpose)}: {error.Message}.",
                "Check that the name is the name of an image: a manifest has at most 4 MiB.", error);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw RegistryFailure.OfConnection(
                error, purpose, transport.Host.Registry, transport.Host.Secrets, response.Url);
        }
    }
}
