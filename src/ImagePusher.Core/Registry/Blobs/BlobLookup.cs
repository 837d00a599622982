using System.Net;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Authentication;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Blobs;

/// <summary>
/// Checks whether a repository has a blob with the correct size (distribution-spec, Checking if
/// content exists).
/// </summary>
internal static class BlobLookup
{
    private static readonly HttpStatusCode[] NoBlob =
        [HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotImplemented,
            HttpStatusCode.RequestedRangeNotSatisfiable];

    /// <summary>True if the blob exists with its size.</summary>
    /// <exception cref="RegistryException">The request to the registry failed.</exception>
    public static async Task<bool> ExistsAsync(
        RegistryTransport transport, string repository, Digest digest, long size, CancellationToken cancellationToken) =>
        await FindAsync(transport, repository, digest, size, cancellationToken).ConfigureAwait(false) == BlobPresence.Exists;

    /// <summary>Sends a HEAD request, or a GET request if the registry does not support HEAD or reports another size than the expected
    /// one.</summary>
    /// <exception cref="RegistryException">The request to the registry failed.</exception>
    public static async Task<BlobPresence> FindAsync(
        RegistryTransport transport, string repository, Digest digest, long size, CancellationToken cancellationToken)
    {
        using var head = await AskAsync(transport, HttpMethod.Head, repository, digest, 0, cancellationToken).ConfigureAwait(false);
        if (head.Status is HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented)
        {
            // The body is not read: it ends with the connection.
            using var get = await AskAsync(transport, HttpMethod.Get, repository, digest, 0, cancellationToken).ConfigureAwait(false);
            return Presence(get, LengthOf(get), size);
        }

        if (Presence(head, LengthOf(head), size) is var presence && presence != BlobPresence.Damaged)
        {
            return presence;
        }

        // Proxies change the Content-Length of responses to HEAD. The last byte that must be there, and no more, shows the true size.
        using var last = await AskAsync(
            transport, HttpMethod.Get, repository, digest, Math.Max(0, size - 1), cancellationToken).ConfigureAwait(false);
        return last.Status switch
        {
            HttpStatusCode.RequestedRangeNotSatisfiable => BlobPresence.Damaged,

            // If only pushing is allowed, the other size cannot be confirmed and is ignored.
            HttpStatusCode.Forbidden => BlobPresence.Exists,
            _ => Presence(last, LengthOf(last), size),
        };
    }

    // A redirect to a storage shows that the blob exists; its link may be valid for GET only, and its size is not this response's.
    private static BlobPresence Presence(RegistryResponse response, long? length, long size) =>
        (int)response.Status is >= 300 and < 400 ? BlobPresence.Exists
        : !response.Response.IsSuccessStatusCode ? BlobPresence.Missing
        : length is null || length == size ? BlobPresence.Exists
        : BlobPresence.Damaged;

    // The blob's size according to the response; null if it is not stated.
    private static long? LengthOf(RegistryResponse response)
    {
        var headers = response.Response.Content.Headers;
        return response.Status != HttpStatusCode.PartialContent ? headers.ContentLength
            : headers.ContentRange is { HasLength: true } range ? range.Length
            : null;
    }

    private static Task<RegistryResponse> AskAsync(
        RegistryTransport transport, HttpMethod method, string repository, Digest digest, long offset,
        CancellationToken cancellationToken) => transport.SendAsync(
        new RegistryRequest
        {
            Method = method,
            Target = $"/v2/{repository}/blobs/{digest}",
            Purpose = $"asking {transport.Host.Registry}/{repository} for {digest}",
            Scopes = [TokenScope.Push(repository)],
            Expected = offset > 0 ? [.. NoBlob, HttpStatusCode.Forbidden] : NoBlob,
            Offset = offset,
            StopsAtStorage = method == HttpMethod.Head || offset == 0,
        },
        cancellationToken);
}
