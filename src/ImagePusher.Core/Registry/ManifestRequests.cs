using System.Net;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Authentication;

namespace ImagePusher.Core.Registry;

/// <summary>Reads and writes the manifests of a repository (distribution-spec, Pulling and Pushing Manifests).</summary>
internal static class ManifestRequests
{
    /// <summary>Reads a manifest; null if there is none.</summary>
    public static async Task<Manifest?> GetAsync(RepositoryEndpoint endpoint, string tagOrDigest, Descriptor? expected, CancellationToken cancellationToken)
    {
        var name = endpoint.Reference(tagOrDigest);
        var request = Request(endpoint, HttpMethod.Get, tagOrDigest, $"reading the manifest {name}", endpoint.PullScopes);
        return await endpoint.Transport.Retry.ExecuteAsync(
            async token =>
            {
                using var answer = await endpoint.Transport.SendAsync(request, token).ConfigureAwait(false);
                return answer.Status == HttpStatusCode.NotFound ? null : await ReadAsync(answer, endpoint, tagOrDigest, name, expected, request.Purpose, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks for a manifest's descriptor without reading it; null where the answer does not say, and then GET may tell more.</summary>
    public static async Task<(Descriptor? Descriptor, bool IsSure, HttpStatusCode Status)> HeadAsync(
        RepositoryEndpoint endpoint, string tagOrDigest, IReadOnlyList<TokenScope> scopes, CancellationToken cancellationToken)
    {
        var request = Request(endpoint, HttpMethod.Head, tagOrDigest, $"asking for the manifest {endpoint.Reference(tagOrDigest)}", scopes, retries: true);
        using var answer = await endpoint.Transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!answer.Response.IsSuccessStatusCode)
        {
            return (null, false, answer.Status);
        }

        var type = answer.Response.Content.Headers.ContentType?.MediaType;
        var size = answer.Response.Content.Headers.ContentLength;
        var isKnown = Digest.TryParse(answer.Header("Docker-Content-Digest") ?? tagOrDigest, out var digest);
        return isKnown && size > 0 && (MediaTypes.IsIndex(type) || MediaTypes.IsManifest(type))
            ? (new Descriptor(type!, digest!, size.Value), true, answer.Status)
            : (null, false, answer.Status);
    }

    /// <summary>Puts a manifest under a tag or its digest.</summary>
    /// <returns>True if the registry says that it keeps the list of referrers itself (OCI-Subject).</returns>
    public static async Task<bool> PutAsync(RepositoryEndpoint endpoint, Manifest manifest, string tagOrDigest, CancellationToken cancellationToken)
    {
        var name = endpoint.Reference(tagOrDigest);
        var purpose = $"pushing the manifest {name}";
        using var answer = await endpoint.Transport.SendAsync(
            new RegistryRequest
            {
                Method = HttpMethod.Put,
                Target = Target(endpoint, tagOrDigest),
                Purpose = purpose,
                Scopes = endpoint.PushScopes,
                Content = _ =>
                {
                    var content = new ReadOnlyMemoryContent(manifest.Raw);
                    content.Headers.TryAddWithoutValidation("Content-Type", manifest.MediaType);
                    return content;
                },
            },
            cancellationToken).ConfigureAwait(false);
        if (Digest.TryParse(answer.Header("Docker-Content-Digest"), out var stored) && stored.Algorithm == manifest.Digest.Algorithm && stored != manifest.Digest)
        {
            throw new RegistryProtocolException(
                $"Pushing the manifest {name} failed: the registry stored {stored} in the place of {manifest.Digest}.",
                "The registry or a proxy before it changes manifests; the image's digest cannot be kept there.", answer.Status);
        }

        return answer.Header("OCI-Subject") is not null;
    }

    /// <summary>The manifest's address from the host's root.</summary>
    public static string Target(RepositoryEndpoint endpoint, string tagOrDigest) => $"/v2/{endpoint.Repository}/manifests/{tagOrDigest}";

    private static RegistryRequest Request(
        RepositoryEndpoint endpoint, HttpMethod method, string tagOrDigest, string purpose, IReadOnlyList<TokenScope> scopes, bool retries = false) => new()
        {
            Method = method,
            Target = Target(endpoint, tagOrDigest),
            Purpose = purpose,
            Scopes = scopes,
            Accept = MediaTypes.Manifests,
            Retries = retries,
            Expected = method == HttpMethod.Head
                ? [HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed, HttpStatusCode.BadRequest, HttpStatusCode.NotImplemented]
                : [HttpStatusCode.NotFound],
        };

    private static async Task<Manifest> ReadAsync(
        RegistryResponse answer, RepositoryEndpoint endpoint, string tagOrDigest, string name, Descriptor? expected, string purpose, CancellationToken cancellationToken)
    {
        var host = endpoint.Transport.Host;
        byte[] raw;
        try
        {
            raw = await BoundedBody.ReadAsync(answer.Response, Manifest.MaximumSize, host.Options.IdleTimeout, endpoint.Transport.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException error)
        {
            throw new RegistryProtocolException($"Reading the manifest {name} failed: {error.Message}.", "A manifest may have 4 MiB; check that the name is that of an image.", answer.Status);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw RegistryFailure.OfConnection(error, purpose, host.Registry, answer.Url);
        }

        Check(raw, tagOrDigest, name, expected, answer.Header("Docker-Content-Digest"));
        try
        {
            return Manifest.Parse(raw, answer.Response.Content.Headers.ContentType?.MediaType ?? expected?.MediaType);
        }
        catch (FormatException error)
        {
            var isPage = answer.Response.Content.Headers.ContentType?.MediaType == "text/html";
            throw new RegistryProtocolException(
                isPage ? $"Reading the manifest {name} failed: {host.Registry} answered with {ErrorBody.Parse(System.Text.Encoding.UTF8.GetString(raw), "text/html").Message}." : $"The manifest {name} cannot be used: {error.Message}.",
                isPage ? "Check the registry's address; a proxy or a sign-in page may have answered in its place." : "Check that the name is that of an image or artifact.", answer.Status);
        }
    }

    private static void Check(byte[] raw, string tagOrDigest, string name, Descriptor? expected, string? told)
    {
        if (expected is not null && expected.Size != raw.Length)
        {
            throw new DigestMismatchException(name, $"{expected.Size} bytes", $"{raw.Length} bytes");
        }

        string?[] promised = [tagOrDigest, told];
        foreach (var text in promised)
        {
            if (Digest.TryParse(text, out var digest) && Digest.Of(raw, digest.HashName) is var actual && actual != digest)
            {
                throw new DigestMismatchException(name, digest.ToString(), actual.ToString());
            }
        }
    }
}
