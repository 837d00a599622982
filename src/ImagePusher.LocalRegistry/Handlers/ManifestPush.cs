using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.LocalRegistry.Content;
using ImagePusher.LocalRegistry.HttpServer;
using ImagePusher.LocalRegistry.Protocol;

namespace ImagePusher.LocalRegistry.Handlers;

/// <summary>
/// Receives a manifest. One without a tag is named <c>localhost/R@DIGEST</c>, which protects it from garbage collection until a
/// tag or an index of the repository refers to it. So is one whose tag moves to another manifest: a client that asks for it by
/// digest, perhaps in the middle of a pull, still finds it.
/// </summary>
/// <remarks>distribution-spec, Pushing Manifests, Pushing Manifests with Subject.</remarks>
internal sealed class ManifestPush(ImageCache cache, VerifiedBlobStore blobs, ManifestFinder finder)
{
    public async Task HandleAsync(Exchange exchange, ManifestReference reference)
    {
        string[] tags = reference.Tag is { } own
            ? [own] : [.. exchange.Target.Query.All("tag").Select(ManifestReference.CheckTag).Distinct()];
        var raw = await ReadAsync(exchange).ConfigureAwait(false);
        var manifest = Parse(exchange, reference, raw);
        await CheckCompleteAsync(manifest, exchange.Stopping).ConfigureAwait(false);
        await blobs.RepairAsync(manifest, exchange.Stopping).ConfigureAwait(false);
        await PublishAsync(exchange, manifest, tags).ConfigureAwait(false);

        var headers = exchange.ResponseHeaders;
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
        if (exchange.BodyLength > LocalRegistryLimits.ManifestLength)
        {
            throw TooLarge();
        }

        using var raw = new MemoryStream((int)(exchange.BodyLength ?? 0));
        await exchange.ReadBodyAsync(bytes =>
        {
            if (raw.Length + bytes.Length > LocalRegistryLimits.ManifestLength)
            {
                throw TooLarge();
            }

            raw.Write(bytes.Span);
        }).ConfigureAwait(false);
        return raw.ToArray();
    }

    private static Manifest Parse(Exchange exchange, ManifestReference reference, byte[] raw)
    {
        var hash = reference.Digest?.HashName ?? HashAlgorithmName.SHA256;
        if (reference.Digest is { } expected && Digest.Of(raw, hash) != expected)
        {
            throw new RequestRejectedException(HttpStatusCode.BadRequest, ErrorCode.DigestInvalid, "the manifest does not match the digest")
            {
                Details = [expected.ToString()],
            };
        }

        try
        {
            var mediaType = exchange.RequestHeaders["Content-Type"]?.Split(';')[0].Trim().ToLowerInvariant();
            var manifest = Manifest.Parse(raw, mediaType, hash);
            return OwnType(raw) is { } own && own != manifest.MediaType
                ? throw new FormatException($"its mediaType {own} contradicts its Content-Type {manifest.MediaType}")
                : manifest;
        }
        catch (FormatException error)
        {
            throw new RequestRejectedException(
                HttpStatusCode.BadRequest, ErrorCode.ManifestInvalid, $"the manifest is invalid: {error.Message}");
        }
    }

    private static string? OwnType(byte[] raw)
    {
        using var document = JsonDocument.Parse(raw);
        return document.RootElement.Text("mediaType");
    }

    private async Task CheckCompleteAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        var missing = await FindMissingAsync(manifest, cancellationToken).ConfigureAwait(false);
        if (missing.Count > 0)
        {
            throw new RequestRejectedException(
                HttpStatusCode.BadRequest, ErrorCode.ManifestBlobUnknown, "the registry lacks content that the manifest refers to")
            {
                Details = [.. missing.Take(LocalRegistryLimits.ReportedBlobs).Select(digest => digest.ToString())],
            };
        }
    }

    // A damaged blob counts as missing: the client must know that it has to upload it again.
    private async Task<IReadOnlyList<Digest>> FindMissingAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        var content = manifest is ImageIndex index ? index.Manifests
            : manifest is ImageManifest image ? image.Layers.Append(image.Config)
            : [];
        var digests = content.Select(blob => blob.Digest).Distinct().ToList();
        try
        {
            var missing = await cache.FindMissingAsync(manifest, cancellationToken).ConfigureAwait(false);
            return [.. missing.Select(blob => blob.Digest).Concat(digests.Where(blobs.IsDamaged)).Distinct()];
        }
        catch (Exception error) when (
            manifest is ImageIndex
            && error is CacheCorruptException or DigestMismatchException or UnsupportedContentException or FormatException)
        {
            var damaged = new List<Digest>();
            foreach (var child in digests)
            {
                if (await blobs.ReadManifestAsync(child, cancellationToken).ConfigureAwait(false) is null)
                {
                    damaged.Add(child);
                }
            }

            return damaged.Count > 0
                ? damaged : throw new RequestRejectedException(HttpStatusCode.BadRequest, ErrorCode.ManifestBlobUnknown, error.Message);
        }
    }

    private async Task PublishAsync(Exchange exchange, Manifest manifest, string[] tags)
    {
        var repository = exchange.Target.Repository;
        var untagged = ImageReference.Create(RepositoryEntry.OwnRegistry, repository);
        if (tags.Length == 0 && manifest.Subject is null
            && await finder.FindAsync(repository, manifest.Digest, exchange.Stopping).ConfigureAwait(false) is { } known
            && await cache.HasBlobAsync(known, exchange.Stopping).ConfigureAwait(false))
        {
            // A name or an index refers to it already.
            return;
        }

        IReadOnlyList<ImageReference> names = tags.Length > 0 ? [.. tags.Select(untagged.WithTag)] : [untagged.WithDigest(manifest.Digest)];
        var replaced = (manifest is ImageIndex index ? index.Manifests.Select(child => child.Digest) : []).Append(manifest.Digest)
            .Select(digest => untagged.WithDigest(digest).ToString()).ToHashSet();
        try
        {
            // A referrer keeps its entry: the list of referrers is created from entries.
            await cache.PublishAsync(
                manifest, names, entry =>
                    entry.Subject is null && entry.Name is { } name && replaced.Contains(name), exchange.Stopping).ConfigureAwait(false);
        }
        catch (IncompleteImageException)
        {
            // A blob was deleted in the meantime.
            await CheckCompleteAsync(manifest, exchange.Stopping).ConfigureAwait(false);
            throw;
        }
    }

    private static RequestRejectedException TooLarge() => new(
        HttpStatusCode.RequestEntityTooLarge, ErrorCode.SizeInvalid,
        $"a manifest may have at most {LocalRegistryLimits.ManifestLength} bytes");
}
