using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.LocalRegistry;

/// <summary>
/// Takes a manifest. One without a tag is named <c>localhost/R@DIGEST</c>, which keeps it from the garbage collection until
/// a tag or an index of the repository names it. So is one that loses its tag to another: whoever asks for it by digest,
/// perhaps in the middle of a pull, still finds it.
/// </summary>
/// <remarks>distribution-spec, Pushing Manifests, Pushing Manifests with Subject.</remarks>
internal sealed class ManifestPush(ImageCache cache, NameLookup names)
{
    public async Task HandleAsync(Exchange exchange, ManifestName reference)
    {
        string[] tags = reference.Tag is { } own ? [own] : [.. exchange.Target.Query.All("tag").Select(ManifestName.CheckTag).Distinct()];
        var raw = await ReadAsync(exchange).ConfigureAwait(false);
        var manifest = Parse(exchange, reference, raw);
        await CheckCompleteAsync(manifest, exchange.Stopping).ConfigureAwait(false);
        await PublishAsync(exchange, manifest, tags).ConfigureAwait(false);

        var headers = exchange.Response.Headers;
        headers["Location"] = $"/v2/{exchange.Target.Repository}/manifests/{manifest.Digest}";
        headers["Docker-Content-Digest"] = manifest.Digest.ToString();
        if (manifest.Subject is { } subject)
        {
            headers["OCI-Subject"] = subject.Digest.ToString();
        }

        if (reference.Digest is not null && tags.Length > 0)
        {
            headers["OCI-Tag"] = string.Join(", ", tags);
        }

        await exchange.AnswerAsync(HttpStatusCode.Created).ConfigureAwait(false);
    }

    private static async Task<byte[]> ReadAsync(Exchange exchange)
    {
        if (exchange.BodyLength > Manifest.MaximumSize)
        {
            throw TooLarge();
        }

        using var raw = new MemoryStream((int)(exchange.BodyLength ?? 0));
        await exchange.ReadBodyAsync(bytes =>
        {
            if (raw.Length + bytes.Length > Manifest.MaximumSize)
            {
                throw TooLarge();
            }

            raw.Write(bytes.Span);
        }).ConfigureAwait(false);
        return raw.ToArray();
    }

    private static Manifest Parse(Exchange exchange, ManifestName reference, byte[] raw)
    {
        var hash = reference.Digest?.HashName ?? HashAlgorithmName.SHA256;
        if (reference.Digest is { } expected && Digest.Of(raw, hash) != expected)
        {
            throw new RefusedException(HttpStatusCode.BadRequest, ErrorCode.DigestInvalid, "the manifest does not have this digest") { Details = [expected.ToString()] };
        }

        try
        {
            var mediaType = exchange.Request.ContentType?.Split(';')[0].Trim().ToLowerInvariant();
            var manifest = Manifest.Parse(raw, mediaType, hash);
            return OwnType(raw) is { } own && own != manifest.MediaType ? throw new FormatException($"its mediaType {own} is not its Content-Type {manifest.MediaType}") : manifest;
        }
        catch (FormatException error)
        {
            throw new RefusedException(HttpStatusCode.BadRequest, ErrorCode.ManifestInvalid, "the manifest is invalid: " + error.Message);
        }
    }

    private static string? OwnType(byte[] raw)
    {
        using var document = JsonDocument.Parse(raw);
        return document.RootElement.Text("mediaType");
    }

    private async Task CheckCompleteAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        var missing = await cache.FindMissingAsync(manifest, cancellationToken).ConfigureAwait(false);
        if (missing.Count > 0)
        {
            throw Incomplete(missing);
        }
    }

    private async Task PublishAsync(Exchange exchange, Manifest manifest, string[] tags)
    {
        var repository = exchange.Target.Repository;
        var bare = ImageReference.Create(NamedEntry.OwnRegistry, repository);
        if (tags.Length == 0 && manifest.Subject is null && await names.FindAsync(repository, manifest.Digest, exchange.Stopping).ConfigureAwait(false) is { } known
            && await cache.HasBlobAsync(known, exchange.Stopping).ConfigureAwait(false))
        {
            // A name or an index leads to it already.
            return;
        }

        IReadOnlyList<ImageReference> full = tags.Length > 0 ? [.. tags.Select(bare.WithTag)] : [bare.WithDigest(manifest.Digest.ToString())];
        var named = (manifest is ImageIndex index ? index.Manifests.Select(child => child.Digest) : []).Append(manifest.Digest)
            .Select(digest => bare.WithDigest(digest.ToString()).ToString()).ToHashSet();
        try
        {
            // A referrer keeps its entry: the list of referrers is made from entries.
            await cache.PublishAsync(
                manifest, full, entry => entry.Subject is null && entry.Name is { } name && named.Contains(name), exchange.Stopping).ConfigureAwait(false);
        }
        catch (ImageNotCachedException)
        {
            // A blob was deleted meanwhile.
            await CheckCompleteAsync(manifest, exchange.Stopping).ConfigureAwait(false);
            throw;
        }
    }

    private static RefusedException TooLarge() => new(
        HttpStatusCode.RequestEntityTooLarge, ErrorCode.SizeInvalid, $"a manifest may have {Manifest.MaximumSize} bytes");

    private static RefusedException Incomplete(IReadOnlyList<Descriptor> missing) =>
        new(HttpStatusCode.BadRequest, ErrorCode.ManifestBlobUnknown, "the manifest names what the registry does not have")
        {
            Details = [.. missing.Take(100).Select(blob => blob.Digest.ToString())],
        };
}
