using System.Net;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;
using ImagePusher.LocalRegistry.Content;
using ImagePusher.LocalRegistry.HttpServer;
using ImagePusher.LocalRegistry.Protocol;

namespace ImagePusher.LocalRegistry.Handlers;

/// <summary>Blobs: their content or a range of it, their size, their deletion. Every repository has every blob of the cache.</summary>
/// <remarks>distribution-spec, Pulling blobs, Deleting Blobs.</remarks>
internal sealed class BlobHandler(ImageCache cache, VerifiedBlobStore blobs, bool isReadOnly)
{
    private const string MediaType = "application/octet-stream";

    public Task HandleAsync(Exchange exchange)
    {
        var digest = Digest.TryParse(exchange.Target.Reference, out var parsed)
            ? parsed
            : throw RequestRejectedException.BadDigest(exchange.Target.Reference);
        return exchange.Method switch
        {
            "GET" or "HEAD" => GetAsync(exchange, digest),
            "DELETE" => DeleteAsync(exchange, digest),
            _ => throw RequestRejectedException.NotAllowed(isReadOnly ? "GET, HEAD" : "GET, HEAD, DELETE"),
        };
    }

    private async Task GetAsync(Exchange exchange, Digest digest)
    {
        var file = await blobs.OpenAsync(digest, exchange.Stopping).ConfigureAwait(false)
            ?? throw RequestRejectedException.UnknownBlob(digest.ToString());
        await using (file.ConfigureAwait(false))
        {
            var headers = exchange.ResponseHeaders;
            var tag = $"\"{digest}\"";
            headers["Docker-Content-Digest"] = digest.ToString();
            headers["ETag"] = tag;
            headers["Accept-Ranges"] = "bytes";
            headers["Cache-Control"] = "max-age=31536000";
            if (exchange.RequestHeaders["If-None-Match"] == tag)
            {
                await exchange.AnswerAsync(HttpStatusCode.NotModified).ConfigureAwait(false);
            }
            else if (exchange.IsHead)
            {
                await HeadAsync(exchange, new Descriptor("", digest, file.Length)).ConfigureAwait(false);
            }
            else
            {
                await SendAsync(exchange, file, tag).ConfigureAwait(false);
            }
        }
    }

    private async Task HeadAsync(Exchange exchange, Descriptor blob)
    {
        // The client may build on the response and name the blob only later, so the garbage collection must not remove it soon.
        if (!isReadOnly && !await cache.HasBlobAsync(blob, exchange.Stopping).ConfigureAwait(false))
        {
            throw RequestRejectedException.UnknownBlob(blob.Digest.ToString());
        }

        await exchange.AnswerHeadAsync(HttpStatusCode.OK, blob.Size, MediaType).ConfigureAwait(false);
    }

    private static async Task SendAsync(Exchange exchange, FileStream file, string tag)
    {
        var size = file.Length;
        var isSame = exchange.RequestHeaders["If-Range"] is not { } condition || condition == tag;
        if (isSame && ByteRange.Parse(exchange.RequestHeaders["Range"], size) is { } range)
        {
            exchange.ResponseHeaders["Content-Range"] = range.ToHeader(size);
            file.Position = range.Offset;
            await exchange.AnswerAsync(HttpStatusCode.PartialContent, file, range.Length, MediaType).ConfigureAwait(false);
        }
        else
        {
            await exchange.AnswerAsync(HttpStatusCode.OK, file, size, MediaType).ConfigureAwait(false);
        }
    }

    private async Task DeleteAsync(Exchange exchange, Digest digest)
    {
        if (cache.Blobs.SizeOf(digest) is null)
        {
            throw RequestRejectedException.UnknownBlob(digest.ToString());
        }

        if (!await cache.TryDeleteBlobAsync(digest, exchange.Stopping).ConfigureAwait(false))
        {
            throw new RequestRejectedException(
                HttpStatusCode.MethodNotAllowed, ErrorCode.Unsupported,
                "the blob belongs to an image of the cache; delete that image first")
            {
                Details = [digest.ToString()],
                Headers = [new("Allow", "GET, HEAD")],
            };
        }

        await exchange.AnswerAsync(HttpStatusCode.Accepted).ConfigureAwait(false);
    }
}
