using System.Net;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;
using ImagePusher.LocalRegistry.Content;
using ImagePusher.LocalRegistry.HttpServer;
using ImagePusher.LocalRegistry.Protocol;

namespace ImagePusher.LocalRegistry.Handlers;

/// <summary>
/// Manifests: pulled, pushed, deleted. A manifest is sent in its own media type whatever the request accepts: converted it
/// would have another digest.
/// </summary>
/// <remarks>distribution-spec, Pulling manifests, Deleting Manifests, Deleting tags.</remarks>
internal sealed class ManifestHandler(ImageCache cache, VerifiedBlobStore blobs, ManifestFinder finder)
{
    private readonly ManifestPush _push = new(cache, blobs, finder);

    public Task HandleAsync(Exchange exchange)
    {
        var reference = exchange.IsSafe && ManifestReference.IsInvalidTag(exchange.Target.Reference)
            ? throw RequestRejectedException.UnknownManifest(exchange.Target.Reference)
            : ManifestReference.Parse(exchange.Target.Reference);
        return exchange.Method switch
        {
            "GET" or "HEAD" => GetAsync(exchange, reference),
            "PUT" => _push.HandleAsync(exchange, reference),
            "DELETE" => reference.Digest is { } digest ? DeleteAsync(exchange, digest) : DeleteTagAsync(exchange, reference.Tag!),
            _ => throw RequestRejectedException.NotAllowed("GET, HEAD, PUT, DELETE"),
        };
    }

    private async Task GetAsync(Exchange exchange, ManifestReference reference)
    {
        var repository = exchange.Target.Repository;
        var found = reference.Digest is { } digest
            ? await finder.FindAsync(repository, digest, exchange.Stopping).ConfigureAwait(false)
            : finder.Table.FindTag(repository, reference.Tag!)?.Entry.Descriptor;
        if (found is null || await blobs.ReadManifestAsync(found.Digest, exchange.Stopping).ConfigureAwait(false) is not { } raw
            || (exchange.IsHead && RefersToDamage(raw)))
        {
            throw RequestRejectedException.UnknownManifest(exchange.Target.Reference);
        }

        var headers = exchange.ResponseHeaders;
        var tag = $"\"{found.Digest}\"";
        headers["Docker-Content-Digest"] = found.Digest.ToString();
        headers["ETag"] = tag;
        if (exchange.RequestHeaders["If-None-Match"] == tag)
        {
            await exchange.AnswerAsync(HttpStatusCode.NotModified).ConfigureAwait(false);
        }
        else
        {
            await exchange.AnswerAsync(HttpStatusCode.OK, raw, TypeOf(found, raw)).ConfigureAwait(false);
        }
    }

    // A client that finds the manifest by HEAD does not push it, so that the damaged blobs would not be replaced.
    private bool RefersToDamage(byte[] raw)
    {
        try
        {
            return Manifest.Parse(raw).References.Any(reference => blobs.IsDamaged(reference.Digest));
        }
        catch (FormatException)
        {
            return false;
        }
    }

    // Other tools may leave the type out of an entry.
    private static string TypeOf(Descriptor manifest, byte[] raw)
    {
        try
        {
            return manifest.MediaType.Length > 0 ? manifest.MediaType : Manifest.Parse(raw).MediaType;
        }
        catch (FormatException)
        {
            return "application/octet-stream";
        }
    }

    private async Task DeleteTagAsync(Exchange exchange, string tag)
    {
        var found = finder.Table.FindTag(exchange.Target.Repository, tag) ?? throw RequestRejectedException.UnknownManifest(tag);
        if (!await cache.RemoveAsync(found.Entry, exchange.Stopping).ConfigureAwait(false))
        {
            throw RequestRejectedException.UnknownManifest(tag);
        }

        await exchange.AnswerAsync(HttpStatusCode.Accepted).ConfigureAwait(false);
    }

    private async Task DeleteAsync(Exchange exchange, Digest digest)
    {
        var repository = exchange.Target.Repository;
        if (await finder.FindParentAsync(repository, digest, exchange.Stopping).ConfigureAwait(false) is { } parent)
        {
            throw new RequestRejectedException(
                HttpStatusCode.MethodNotAllowed, ErrorCode.Unsupported,
                $"the manifest belongs to the index {parent.Index.Name}; delete that first")
            {
                Details = [digest.ToString()],
                Headers = [new("Allow", "GET, HEAD, PUT")],
            };
        }

        var names = finder.Table.FindDigest(repository, digest).Select(entry => entry.Entry.Name).ToHashSet();
        if (names.Count == 0
            || !await cache.RemoveAsync(
                entry => entry.Digest == digest && names.Contains(entry.Name), exchange.Stopping).ConfigureAwait(false))
        {
            throw RequestRejectedException.UnknownManifest(digest.ToString());
        }

        await exchange.AnswerAsync(HttpStatusCode.Accepted).ConfigureAwait(false);
    }
}
