using System.Net;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.LocalRegistry;

/// <summary>
/// Manifests: pulled, pushed, deleted. One is sent in the type that it has, whatever the request accepts: in another it
/// would have another digest.
/// </summary>
/// <remarks>distribution-spec, Pulling manifests, Deleting Manifests, Deleting tags.</remarks>
internal sealed class ManifestEndpoint(ImageCache cache, NameLookup names)
{
    private readonly ManifestPush _push = new(cache, names);

    public Task HandleAsync(Exchange exchange)
    {
        var reference = exchange.Method is "GET" or "HEAD" && ManifestName.IsNoTag(exchange.Target.Reference)
            ? throw RefusedException.UnknownManifest(exchange.Target.Reference)
            : ManifestName.Parse(exchange.Target.Reference);
        return exchange.Method switch
        {
            "GET" or "HEAD" => GetAsync(exchange, reference),
            "PUT" => _push.HandleAsync(exchange, reference),
            "DELETE" => reference.Digest is { } digest ? DeleteAsync(exchange, digest) : DeleteTagAsync(exchange, reference.Tag!),
            _ => throw RefusedException.NotAllowed("GET, HEAD, PUT, DELETE"),
        };
    }

    private async Task GetAsync(Exchange exchange, ManifestName reference)
    {
        var repository = exchange.Target.Repository;
        var found = reference.Digest is { } digest
            ? await names.FindAsync(repository, digest, exchange.Stopping).ConfigureAwait(false)
            : names.Table.FindTag(repository, reference.Tag!)?.Entry.Descriptor;
        if (found is null || !cache.Blobs.Contains(found) || found.Size > Manifest.MaximumSize)
        {
            throw RefusedException.UnknownManifest(exchange.Target.Reference);
        }

        var headers = exchange.Response.Headers;
        var tag = $"\"{found.Digest}\"";
        headers["Docker-Content-Digest"] = found.Digest.ToString();
        headers["ETag"] = tag;
        if (exchange.Request.Headers["If-None-Match"] == tag)
        {
            await exchange.AnswerAsync(HttpStatusCode.NotModified).ConfigureAwait(false);
        }
        else if (exchange.IsHead && found.MediaType.Length > 0)
        {
            exchange.BeginAnswer(HttpStatusCode.OK, found.Size, found.MediaType);
        }
        else
        {
            var raw = await ReadAsync(found, exchange.Stopping).ConfigureAwait(false);
            await exchange.AnswerAsync(HttpStatusCode.OK, raw, TypeOf(found, raw)).ConfigureAwait(false);
        }
    }

    private async Task<byte[]> ReadAsync(Descriptor manifest, CancellationToken cancellationToken)
    {
        var file = await cache.OpenBlobAsync(manifest, 0, cancellationToken).ConfigureAwait(false);
        var verified = new VerifyingStream(file, manifest, $"{manifest.Digest} of {cache.Description}");
        await using (verified.ConfigureAwait(false))
        {
            using var raw = new MemoryStream((int)manifest.Size);
            await verified.CopyToAsync(raw, cancellationToken).ConfigureAwait(false);
            return raw.ToArray();
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
        var found = names.Table.FindTag(exchange.Target.Repository, tag) ?? throw RefusedException.UnknownManifest(tag);
        if (!await cache.RemoveAsync(found.Entry, exchange.Stopping).ConfigureAwait(false))
        {
            throw RefusedException.UnknownManifest(tag);
        }

        await exchange.AnswerAsync(HttpStatusCode.Accepted).ConfigureAwait(false);
    }

    private async Task DeleteAsync(Exchange exchange, Digest digest)
    {
        var repository = exchange.Target.Repository;
        if (await names.FindParentAsync(repository, digest, exchange.Stopping).ConfigureAwait(false) is { } parent)
        {
            throw new RefusedException(
                HttpStatusCode.MethodNotAllowed, ErrorCode.Unsupported, $"the manifest belongs to the index {parent.Index.Name}; delete that first")
            {
                Details = [digest.ToString()],
                Headers = [new("Allow", "GET, HEAD, PUT")],
            };
        }

        var doomed = names.Table.FindDigest(repository, digest).Select(entry => entry.Entry.Name).ToHashSet();
        if (doomed.Count == 0
            || !await cache.RemoveAsync(entry => entry.Digest == digest && doomed.Contains(entry.Name), exchange.Stopping).ConfigureAwait(false))
        {
            throw RefusedException.UnknownManifest(digest.ToString());
        }

        await exchange.AnswerAsync(HttpStatusCode.Accepted).ConfigureAwait(false);
    }
}
