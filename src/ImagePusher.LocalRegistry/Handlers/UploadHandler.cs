using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;
using ImagePusher.LocalRegistry.Content;
using ImagePusher.LocalRegistry.HttpServer;
using ImagePusher.LocalRegistry.Protocol;
using ImagePusher.LocalRegistry.Uploads;

namespace ImagePusher.LocalRegistry.Handlers;

/// <summary>Uploads of blobs: started, mounted, continued, queried, completed, canceled.</summary>
/// <remarks>distribution-spec, Pushing blobs.</remarks>
internal sealed class UploadHandler(ImageCache cache, VerifiedBlobStore blobs, UploadTable uploads)
{
    public Task HandleAsync(Exchange exchange) => (exchange.Target.Kind, exchange.Method) switch
    {
        (TargetKind.Uploads, "POST") => StartAsync(exchange),
        (TargetKind.Uploads, _) => throw RequestRejectedException.NotAllowed("POST"),
        (_, "PATCH") => ContinueAsync(exchange),
        (_, "PUT") => CompleteAsync(exchange),
        (_, "GET" or "HEAD") => StatusAsync(exchange),
        (_, "DELETE") => CancelAsync(exchange),
        _ => throw RequestRejectedException.NotAllowed("GET, HEAD, PATCH, PUT, DELETE"),
    };

    private async Task StartAsync(Exchange exchange)
    {
        var (repository, query) = (exchange.Target.Repository, exchange.Target.Query);
        if (query["mount"] is { } mount && await TryMountAsync(exchange, DigestOf(mount)).ConfigureAwait(false))
        {
            return;
        }

        var digest = query["digest"] is { } given ? DigestOf(given) : null;
        var upload = uploads.Start(repository, digest?.HashName ?? HashOf(query["digest-algorithm"]));
        if (digest is null || exchange.BodyLength == 0)
        {
            await AnswerStateAsync(exchange, upload, HttpStatusCode.Accepted).ConfigureAwait(false);
            return;
        }

        var isComplete = false;
        try
        {
            await ReceiveLastAsync(exchange, upload, digest).ConfigureAwait(false);
            isComplete = true;
        }
        finally
        {
            // The client has no location of the upload, so it cannot continue it.
            if (!isComplete)
            {
                await uploads.DiscardAsync(upload).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> TryMountAsync(Exchange exchange, Digest digest)
    {
        if (await blobs.SizeOfAsync(digest, exchange.Stopping).ConfigureAwait(false) is not { } size
            || !await cache.HasBlobAsync(new Descriptor("", digest, size), exchange.Stopping).ConfigureAwait(false))
        {
            return false;
        }

        await AnswerBlobAsync(exchange, digest).ConfigureAwait(false);
        return true;
    }

    private async Task ContinueAsync(Exchange exchange)
    {
        var upload = Find(exchange);
        using (await upload.EnterAsync(exchange, exchange.Stopping).ConfigureAwait(false))
        {
            CheckRange(exchange, upload);
            await upload.ReceiveAsync(exchange, null, exchange.Stopping).ConfigureAwait(false);
        }

        await AnswerStateAsync(exchange, upload, HttpStatusCode.Accepted).ConfigureAwait(false);
    }

    private Task CompleteAsync(Exchange exchange)
    {
        var upload = Find(exchange);
        return ReceiveLastAsync(exchange, upload, DigestOf(exchange.Target.Query["digest"]));
    }

    private async Task ReceiveLastAsync(Exchange exchange, ReceivedUpload upload, Digest digest)
    {
        using (await upload.EnterAsync(exchange, exchange.Stopping).ConfigureAwait(false))
        {
            CheckRange(exchange, upload);
            var isValid = await upload.ReceiveAsync(exchange, digest, exchange.Stopping).ConfigureAwait(false);
            if (upload.IsClosed)
            {
                uploads.Remove(upload);
            }

            if (!isValid)
            {
                throw new RequestRejectedException(HttpStatusCode.BadRequest, ErrorCode.DigestInvalid, "the blob does not match the digest")
                {
                    Details = [digest.ToString()],
                };
            }
        }

        await AnswerBlobAsync(exchange, digest).ConfigureAwait(false);
    }

    private async Task StatusAsync(Exchange exchange)
    {
        var upload = Find(exchange);
        await upload.SettleAsync(exchange.Stopping).ConfigureAwait(false);
        await AnswerStateAsync(exchange, upload, HttpStatusCode.NoContent).ConfigureAwait(false);
    }

    private async Task CancelAsync(Exchange exchange)
    {
        var upload = Find(exchange);
        uploads.Remove(upload);
        using (await upload.EnterAsync(exchange, exchange.Stopping).ConfigureAwait(false))
        {
            await upload.DiscardAsync().ConfigureAwait(false);
        }

        await exchange.AnswerAsync(HttpStatusCode.NoContent).ConfigureAwait(false);
    }

    private ReceivedUpload Find(Exchange exchange) => uploads.Find(exchange.Target.Repository, exchange.Target.Reference);

    private static void CheckRange(Exchange exchange, ReceivedUpload upload)
    {
        if (ContentRange.Parse(exchange.RequestHeaders["Content-Range"]) is not { } range)
        {
            return;
        }

        if (range.First != upload.Received)
        {
            throw new RequestRejectedException(
                HttpStatusCode.RequestedRangeNotSatisfiable, ErrorCode.BlobUploadInvalid, "the chunk is out of order")
            {
                Headers = StateHeaders(upload),
            };
        }

        if (exchange.BodyLength is { } length && length != range.Length)
        {
            throw new RequestRejectedException(
                HttpStatusCode.BadRequest, ErrorCode.SizeInvalid, "the length of the body contradicts its Content-Range");
        }
    }

    private static Digest DigestOf(string? text) =>
        Digest.TryParse(text, out var digest) ? digest : throw RequestRejectedException.BadDigest(text);

    private static HashAlgorithmName HashOf(string? algorithm) =>
        DigestAlgorithm.Find(algorithm ?? DigestAlgorithm.Sha256) is { } known
            ? DigestAlgorithm.HashOf(known)
            : throw RequestRejectedException.BadDigest($"{algorithm}:0");

    private static Task AnswerStateAsync(Exchange exchange, ReceivedUpload upload, HttpStatusCode status)
    {
        foreach (var (name, value) in StateHeaders(upload))
        {
            exchange.ResponseHeaders[name] = value;
        }

        return exchange.AnswerAsync(status);
    }

    private static Task AnswerBlobAsync(Exchange exchange, Digest digest)
    {
        exchange.ResponseHeaders["Location"] = $"/v2/{exchange.Target.Repository}/blobs/{digest}";
        exchange.ResponseHeaders["Docker-Content-Digest"] = digest.ToString();
        return exchange.AnswerAsync(HttpStatusCode.Created);
    }

    // The header cannot express an empty upload; every registry sends 0-0 for it, as for one byte.
    private static IReadOnlyList<KeyValuePair<string, string>> StateHeaders(ReceivedUpload upload) =>
    [
        new("Location", $"/v2/{upload.Repository}/blobs/uploads/{upload.Id:D}"),
        new("Range", string.Create(CultureInfo.InvariantCulture, $"0-{Math.Max(0, upload.Received - 1)}")),
        new("Docker-Upload-UUID", upload.Id.ToString("D")),
    ];
}
