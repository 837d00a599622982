using System.Net;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;

namespace ImagePusher.LocalRegistry;

/// <summary>Blobs: whole or in part, their size, and their deletion. A blob that the cache has is in every repository.</summary>
/// <remarks>distribution-spec, Pulling blobs, Deleting Blobs.</remarks>
internal sealed class BlobEndpoint(ImageCache cache, bool isReadOnly)
{
    public Task HandleAsync(Exchange exchange)
    {
        var digest = Digest.TryParse(exchange.Target.Reference, out var parsed) ? parsed : throw RefusedException.BadDigest(exchange.Target.Reference);
        return exchange.Method switch
        {
            "GET" or "HEAD" => GetAsync(exchange, digest),
            "DELETE" => DeleteAsync(exchange, digest),
            _ => throw RefusedException.NotAllowed(isReadOnly ? "GET, HEAD" : "GET, HEAD, DELETE"),
        };
    }

    private async Task GetAsync(Exchange exchange, Digest digest)
    {
        var size = cache.Blobs.SizeOf(digest) ?? throw RefusedException.UnknownBlob(digest.ToString());
        var blob = new Descriptor("", digest, size);
        var headers = exchange.Response.Headers;
        var tag = $"\"{digest}\"";
        headers["Docker-Content-Digest"] = digest.ToString();
        headers["ETag"] = tag;
        headers["Accept-Ranges"] = "bytes";
        headers["Cache-Control"] = "max-age=31536000";
        if (exchange.Request.Headers["If-None-Match"] == tag)
        {
            await exchange.AnswerAsync(HttpStatusCode.NotModified).ConfigureAwait(false);
            return;
        }

        if (exchange.IsHead)
        {
            // Who asks may build on the answer, and name the blob only later.
            if (!isReadOnly && !await cache.HasBlobAsync(blob, exchange.Stopping).ConfigureAwait(false))
            {
                throw RefusedException.UnknownBlob(digest.ToString());
            }

            exchange.BeginAnswer(HttpStatusCode.OK, size, "application/octet-stream");
            return;
        }

        var isSame = exchange.Request.Headers["If-Range"] is not { } condition || condition == tag;
        var range = isSame ? ByteRange.Parse(exchange.Request.Headers["Range"], size) : null;
        await SendAsync(exchange, blob, range).ConfigureAwait(false);
    }

    private async Task SendAsync(Exchange exchange, Descriptor blob, ByteRange? range)
    {
        var (offset, length) = range ?? new ByteRange(0, blob.Size);
        var file = cache.Blobs.Open(blob, offset);
        await using (file.ConfigureAwait(false))
        {
            if (range is { } part)
            {
                exchange.Response.Headers["Content-Range"] = part.ToHeader(blob.Size);
            }

            var output = exchange.BeginAnswer(range is null ? HttpStatusCode.OK : HttpStatusCode.PartialContent, length, "application/octet-stream");
            await exchange.SendBodyAsync(file, output, length).ConfigureAwait(false);
        }
    }

    private async Task DeleteAsync(Exchange exchange, Digest digest)
    {
        if (cache.Blobs.SizeOf(digest) is null)
        {
            throw RefusedException.UnknownBlob(digest.ToString());
        }

        if (!await cache.TryDeleteBlobAsync(digest, exchange.Stopping).ConfigureAwait(false))
        {
            throw new RefusedException(
                HttpStatusCode.MethodNotAllowed, ErrorCode.Unsupported, "the blob belongs to an image of the cache; delete that image first")
            {
                Details = [digest.ToString()],
                Headers = [new("Allow", "GET, HEAD")],
            };
        }

        await exchange.AnswerAsync(HttpStatusCode.Accepted).ConfigureAwait(false);
    }
}
