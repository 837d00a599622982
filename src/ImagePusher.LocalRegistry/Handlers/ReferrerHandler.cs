using System.Net;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;
using ImagePusher.LocalRegistry.Content;
using ImagePusher.LocalRegistry.HttpServer;
using ImagePusher.LocalRegistry.Protocol;

namespace ImagePusher.LocalRegistry.Handlers;

/// <summary>
/// The manifests of a repository whose subject is a given manifest: those that were pushed or saved here, and those that an index
/// under the referrers tag lists, which clients of older registries maintain.
/// </summary>
/// <remarks>distribution-spec, Listing Referrers, Referrers Tag Schema.</remarks>
internal sealed class ReferrerHandler(ImageCache cache, ManifestFinder finder)
{
    // The size of an index, less some room for its frame.
    private const int MaximumLength = Manifest.MaximumSize - 4096;

    public async Task HandleAsync(Exchange exchange)
    {
        if (!exchange.IsSafe)
        {
            throw RequestRejectedException.NotAllowed("GET, HEAD");
        }

        var subject = Digest.TryParse(exchange.Target.Reference, out var digest)
            ? digest : throw RequestRejectedException.BadDigest(exchange.Target.Reference);
        var query = exchange.Target.Query;
        var candidates = await FindAsync(exchange.Target.Repository, subject, exchange.Stopping).ConfigureAwait(false);
        var (wanted, last) = (query["artifactType"], query["last"] ?? "");
        var page = new List<Descriptor>();
        var length = 0;
        foreach (var candidate in candidates.Where(candidate => string.CompareOrdinal(candidate.Digest.ToString(), last) > 0))
        {
            if (await DescribeAsync(candidate, subject, exchange.Stopping).ConfigureAwait(false) is not { } referrer
                || (wanted is not null && referrer.ArtifactType != wanted))
            {
                continue;
            }

            length += OciJson.Write(writer => OciJson.WriteDescriptor(writer, referrer)).Length + 1;
            if (length > MaximumLength && page.Count > 0)
            {
                exchange.ResponseHeaders["Link"] = NextLink(exchange, page[^1], wanted);
                break;
            }

            page.Add(referrer);
        }

        if (wanted is not null)
        {
            exchange.ResponseHeaders["OCI-Filters-Applied"] = "artifactType";
        }

        await exchange.AnswerAsync(
            HttpStatusCode.OK, ImageIndex.Create(MediaTypes.OciIndex, page).Raw, MediaTypes.OciIndex).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<Descriptor>> FindAsync(string repository, Digest subject, CancellationToken cancellationToken)
    {
        var table = finder.Table;
        var found = table.In(repository).Select(entry => entry.Entry).Where(entry => cache.FindSubject(entry) == subject).Select(
            entry => entry.Descriptor);
        var listed = table.FindTag(repository, SubjectTag.ListOf(subject)) is { Entry: var entry }
            && MediaTypes.IsIndex(entry.Descriptor.MediaType)
            && await finder.ReadAsync(entry.Descriptor, cancellationToken).ConfigureAwait(false) is ImageIndex index ? index.Manifests : [];
        return [.. found.Concat(listed).DistinctBy(descriptor => descriptor.Digest).OrderBy(
            descriptor => descriptor.Digest.ToString(), StringComparer.Ordinal)];
    }

    private async Task<Descriptor?> DescribeAsync(Descriptor candidate, Digest subject, CancellationToken cancellationToken)
    {
        var manifest = await finder.ReadAsync(candidate, cancellationToken).ConfigureAwait(false);
        return manifest is null || manifest.Subject?.Digest != subject
            ? null : new Descriptor(manifest.MediaType, manifest.Digest, manifest.Descriptor.Size)
            {
                ArtifactType = manifest.ArtifactType ?? (manifest as ImageManifest)?.Config.MediaType,
                Annotations = manifest.Annotations,
            };
    }

    private static string NextLink(Exchange exchange, Descriptor last, string? artifactType)
    {
        var filter = artifactType is null ? "" : $"&artifactType={Uri.EscapeDataString(artifactType)}";
        var position = Uri.EscapeDataString(last.Digest.ToString());
        return $"</v2/{exchange.Target.Repository}/referrers/{exchange.Target.Reference}?last={position}{filter}>; rel=\"next\"";
    }
}
