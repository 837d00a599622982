using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;

namespace ImagePusher.LocalRegistry;

/// <summary>Uploads of blobs: begun, mounted, continued, asked about, ended, given up.</summary>
/// <remarks>distribution-spec, Pushing blobs.</remarks>
internal sealed class UploadEndpoint(ImageCache cache, IncomingUploads uploads)
{
    public Task HandleAsync(Exchange exchange) => (exchange.Target.Kind, exchange.Method) switch
    {
        (TargetKind.Uploads, "POST") => BeginAsync(exchange),
        (TargetKind.Uploads, _) => throw RefusedException.NotAllowed("POST"),
        (_, "PATCH") => ContinueAsync(exchange),
        (_, "PUT") => EndAsync(exchange),
        (_, "GET" or "HEAD") => StatusAsync(exchange),
        (_, "DELETE") => CancelAsync(exchange),
        _ => throw RefusedException.NotAllowed("GET, HEAD, PATCH, PUT, DELETE"),
    };

    private async Task BeginAsync(Exchange exchange)
    {
        var (repository, query) = (exchange.Target.Repository, exchange.Target.Query);
        if (query["mount"] is { } mount && await TryMountAsync(exchange, DigestOf(mount)).ConfigureAwait(false))
        {
            return;
        }

        var digest = query["digest"] is { } given ? DigestOf(given) : null;
        var upload = uploads.Begin(repository, digest?.HashName ?? HashOf(query["digest-algorithm"]));
        if (digest is null || exchange.BodyLength == 0)
        {
            await AnswerStateAsync(exchange, upload, HttpStatusCode.Accepted).ConfigureAwait(false);
            return;
        }

        var isDone = false;
        try
        {
            await FinishAsync(exchange, upload, digest).ConfigureAwait(false);
            isDone = true;
        }
        finally
        {
            // Nobody was told of this upload: it can't be continued.
            if (!isDone)
            {
                await GiveUpAsync(upload).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> TryMountAsync(Exchange exchange, Digest digest)
    {
        if (cache.Blobs.SizeOf(digest) is not { } size
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

    private Task EndAsync(Exchange exchange)
    {
        var upload = Find(exchange);
        return FinishAsync(exchange, upload, DigestOf(exchange.Target.Query["digest"]));
    }

    private async Task FinishAsync(Exchange exchange, IncomingUpload upload, Digest digest)
    {
        using (await upload.EnterAsync(exchange, exchange.Stopping).ConfigureAwait(false))
        {
            CheckRange(exchange, upload);
            var isRight = await upload.ReceiveAsync(exchange, digest, exchange.Stopping).ConfigureAwait(false);
            if (upload.IsEnded)
            {
                uploads.Remove(upload);
            }

            if (!isRight)
            {
                throw new RefusedException(HttpStatusCode.BadRequest, ErrorCode.DigestInvalid, "the blob does not have this digest") { Details = [digest.ToString()] };
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

    private async Task GiveUpAsync(IncomingUpload upload)
    {
        uploads.Remove(upload);
        try
        {
            using var turn = await upload.EnterAsync(null, CancellationToken.None).ConfigureAwait(false);
            await upload.DiscardAsync().ConfigureAwait(false);
        }
        catch (RefusedException)
        {
            // It has ended by itself: the digest was wrong.
        }
    }

    private IncomingUpload Find(Exchange exchange) => uploads.Find(exchange.Target.Repository, exchange.Target.Reference);

    private static void CheckRange(Exchange exchange, IncomingUpload upload)
    {
        if (ContentRange.Parse(exchange.Request.Headers["Content-Range"]) is not { } range)
        {
            return;
        }

        if (range.First != upload.Received)
        {
            throw new RefusedException(HttpStatusCode.RequestedRangeNotSatisfiable, ErrorCode.BlobUploadInvalid, "the chunk is out of order")
            {
                Headers = StateHeaders(upload),
            };
        }

        if (exchange.BodyLength is { } length && length != range.Length)
        {
            throw new RefusedException(HttpStatusCode.BadRequest, ErrorCode.SizeInvalid, "the body is not as long as its Content-Range says");
        }
    }

    private static Digest DigestOf(string? text) => Digest.TryParse(text, out var digest) ? digest : throw RefusedException.BadDigest(text);

    private static HashAlgorithmName HashOf(string? algorithm) => algorithm switch
    {
        null or "sha256" => HashAlgorithmName.SHA256,
        "sha512" => HashAlgorithmName.SHA512,
        _ => throw RefusedException.BadDigest(algorithm),
    };

    private static Task AnswerStateAsync(Exchange exchange, IncomingUpload upload, HttpStatusCode status)
    {
        foreach (var (name, value) in StateHeaders(upload))
        {
            exchange.Response.Headers[name] = value;
        }

        return exchange.AnswerAsync(status);
    }

    private static Task AnswerBlobAsync(Exchange exchange, Digest digest)
    {
        exchange.Response.Headers["Location"] = $"/v2/{exchange.Target.Repository}/blobs/{digest}";
        exchange.Response.Headers["Docker-Content-Digest"] = digest.ToString();
        return exchange.AnswerAsync(HttpStatusCode.Created);
    }

    // The form has no way to say 'nothing yet': every registry says 0-0 then, as for one byte.
    private static IReadOnlyList<KeyValuePair<string, string>> StateHeaders(IncomingUpload upload) =>
    [
        new("Location", $"/v2/{upload.Repository}/blobs/uploads/{upload.Id:D}"),
        new("Range", string.Create(CultureInfo.InvariantCulture, $"0-{Math.Max(0, upload.Received - 1)}")),
        new("Docker-Upload-UUID", upload.Id.ToString("D")),
    ];
}
