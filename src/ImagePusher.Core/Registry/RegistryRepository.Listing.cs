using System.Globalization;
using System.Net;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Http;
using ImagePusher.Core.Registry.Listing;
using ImagePusher.Core.Registry.Manifests;

namespace ImagePusher.Core.Registry;

/// <content>Lists, deletion and limits.</content>
public sealed partial class RegistryRepository
{
    private static readonly HttpStatusCode[] NoDeletion =
        [HttpStatusCode.BadRequest, HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotFound];

    /// <summary>The tags, in the registry's order; each page is requested when it is needed (distribution-spec, Listing Tags).</summary>
    /// <exception cref="ManifestNotFoundException">The repository does not exist.</exception>
    /// <exception cref="RegistryException">The list could not be read.</exception>
    public IAsyncEnumerable<string> GetTagsAsync(CancellationToken cancellationToken = default) =>
        GetTagsAsync(static () => { }, cancellationToken);

    /// <summary>Lists the tags; reports whether the list may be incomplete.</summary>
    internal IAsyncEnumerable<string> GetTagsAsync(Action incomplete, CancellationToken cancellationToken)
    {
        var list = new ListRequest($"/v2/{_own.Repository}/tags/list", "tags", $"listing the tags of {Description}", _own.PullScopes,
            HttpStatusCode.NotFound)
        { Incomplete = incomplete };
        return NameList.ReadAsync(Transport, list, _client.Limits, ReferenceGrammar.IsTag, ThrowNotFound, cancellationToken);
    }

    private void ThrowNotFound() => throw new ManifestNotFoundException(
        $"{Description} was not found: {Registry} has no such repository.", "Check the name, or list the repositories of the registry.");

    /// <summary>
    /// The referrers of a manifest: signatures, SBOMs, attestations. They come from the API or, where the registry has
    /// none, from the tag <c>sha256-…</c>.
    /// </summary>
    /// <param name="digest">The manifest's digest.</param>
    /// <param name="artifactType">The artifact type; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="RegistryException">The list could not be read.</exception>
    public Task<IReadOnlyList<Descriptor>> GetReferrersAsync(
        Digest digest, string? artifactType = null, CancellationToken cancellationToken = default) =>
        Referrers.ListAsync(_own, digest, artifactType, _client.Limits, cancellationToken);

    internal async Task<IReadOnlyList<TaggedReferrer>> GetTaggedReferrersAsync(Digest digest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(digest);
        var found = await Task.WhenAll(SubjectTag.CosignTagsOf(digest).Select(async tag =>
            await FindTagAsync(tag, cancellationToken).ConfigureAwait(false) is { } manifest
                ? new TaggedReferrer(tag, manifest) : null)).ConfigureAwait(false);
        return [.. found.OfType<TaggedReferrer>()];
    }

    /// <summary>
    /// The same repository without mirrors: the content of a mirror can differ from that of the registry, which matters for deletions.
    /// </summary>
    internal RegistryRepository WithoutMirrors() => new(_own, [], _mounts, _client, Registry, Repository, ParallelBlobs);

    /// <summary>
    /// Deletes a manifest with all its tags, and removes it from its subject's list where clients keep one
    /// (distribution-spec, Deleting Manifests).
    /// </summary>
    /// <exception cref="ManifestNotFoundException">The manifest does not exist.</exception>
    /// <exception cref="RegistryException">The registry rejected it.</exception>
    public async Task DeleteManifestAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digest);
        var manifest = await ReadForDeletionAsync(digest, cancellationToken).ConfigureAwait(false);
        await DeleteAsync(digest, cancellationToken).ConfigureAwait(false);
        if (manifest?.Subject is not null)
        {
            await ReferrerTag.RemoveAsync(_own, manifest, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The manifest with its subject; null if it cannot be read, which does not prevent its deletion.</summary>
    private async Task<Manifest?> ReadForDeletionAsync(Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            return await ManifestReader.GetAsync(_own, digest.ToString(), null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is DigestMismatchException or RegistryProtocolException)
        {
            return null;
        }
    }

    private async Task DeleteAsync(Digest digest, CancellationToken cancellationToken)
    {
        using var response = await SendDeleteAsync(digest.ToString(), [HttpStatusCode.NotFound], cancellationToken).ConfigureAwait(false);
        if (response.Status == HttpStatusCode.NotFound)
        {
            throw NotFound(digest.ToString());
        }
    }

    /// <summary>
    /// Deletes a tag and keeps the manifest and its other tags. Where the registry deletes by digest only, the tag is first
    /// moved to a new manifest, which is then deleted.
    /// </summary>
    /// <exception cref="ManifestNotFoundException">The tag does not exist.</exception>
    /// <exception cref="RegistryException">The registry rejected it.</exception>
    public async Task DeleteTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        _ = await HeadAsync(tag, cancellationToken).ConfigureAwait(false) ?? throw NotFound(tag);
        if (await TryDeleteTagAsync(tag, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        var config = OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("delete", $"{Guid.NewGuid()}");
            writer.WriteEndObject();
        });
        var descriptor = new Descriptor(MediaTypes.OciConfig, Digest.Of(config), config.Length);
        await WriteBlobAsync(
            new StoredBlob(descriptor, "a deletion", (offset, _) =>
                Task.FromResult<Stream>(new MemoryStream(config, (int)offset, config.Length - (int)offset))),
                    cancellationToken).ConfigureAwait(false);
        var standIn = ImageManifest.Create(MediaTypes.OciManifest, descriptor, []);
        await PutAsync(standIn, tag, cancellationToken).ConfigureAwait(false);
        await DeleteAsync(standIn.Digest, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes a tag and keeps the manifest and its other tags; false where the registry deletes by digest only.</summary>
    /// <exception cref="RegistryException">The registry rejected it.</exception>
    internal async Task<bool> TryDeleteTagAsync(string tag, CancellationToken cancellationToken)
    {
        using var response = await SendDeleteAsync(tag, NoDeletion, cancellationToken).ConfigureAwait(false);
        return response.Response.IsSuccessStatusCode;
    }

    /// <summary>The registry's pull limit, requested by HEAD, which does not count as a pull; null if the registry states none.</summary>
    /// <param name="tag">A tag that exists; on Docker Hub <c>latest</c> of <c>ratelimitpreview/test</c>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="RegistryException">The request to the registry failed.</exception>
    internal async Task<RateLimit?> GetRateLimitAsync(string tag = "latest", CancellationToken cancellationToken = default)
    {
        using var response = await Transport.SendAsync(
            new RegistryRequest
            {
                Method = HttpMethod.Head,
                Target = ManifestRequests.Target(_own, tag),
                Purpose = $"asking for the pull limit of {Registry}",
                Scopes = _own.PullScopes,
                Accept = MediaTypes.Manifests,
                Expected = [HttpStatusCode.NotFound, HttpStatusCode.TooManyRequests],
            },
            cancellationToken).ConfigureAwait(false);
        var (limit, window) = ReadLimit(response.Header("ratelimit-limit"));
        return limit is null ? null : new RateLimit(limit.Value, ReadLimit(response.Header("ratelimit-remaining")).Count, window,
            response.Header("docker-ratelimit-source"));
    }

    // Unlike HeadAsync it trusts a 404: these tags rarely exist, and a GET for each missing one would double the requests.
    private Task<Descriptor?> FindTagAsync(string tag, CancellationToken cancellationToken) => ReadAsync(async remote =>
    {
        var head = await ManifestReader.HeadAsync(remote, tag, remote.PullScopes, cancellationToken).ConfigureAwait(false);
        return head.Descriptor is not null || head.IsMissing
            ? head.Descriptor
            : (await ManifestReader.GetAsync(remote, tag, null, cancellationToken).ConfigureAwait(false))?.Descriptor;
    });

    // "100;w=21600": a count and the window in seconds.
    private static (int? Count, TimeSpan? Window) ReadLimit(string? header)
    {
        var parts = (header ?? "").Split(';', StringSplitOptions.TrimEntries);
        var window = parts.Skip(1).FirstOrDefault(part => part.StartsWith("w=", StringComparison.OrdinalIgnoreCase))?[2..];
        return (
            int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null,
            int.TryParse(window, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null);
    }

    private Task<RegistryResponse> SendDeleteAsync(
        string tagOrDigest, IReadOnlyList<HttpStatusCode> expected, CancellationToken cancellationToken) =>
        Transport.SendAsync(ManifestRequests.Delete(_own, tagOrDigest, expected), cancellationToken);
}
