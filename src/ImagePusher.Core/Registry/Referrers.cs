using System.Net;
using System.Text.Json;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Registry;

/// <summary>Which manifests refer to one as their subject: by the API, or by the tag that stands in for it (distribution-spec, Listing Referrers).</summary>
internal static class Referrers
{
    // Some subjects share a gate, so that their number has no bearing on the memory of a long session.
    private static readonly SemaphoreSlim[] Gates = [.. Enumerable.Range(0, 64).Select(static _ => new SemaphoreSlim(1, 1))];

    /// <summary>The tag where clients keep the list for registries without the API.</summary>
    public static string TagOf(Digest digest) => $"{digest.Algorithm}-{(digest.Encoded.Length > 64 ? digest.Encoded[..64] : digest.Encoded)}";

    /// <summary>The tags by which cosign keeps signatures, attestations and SBOMs beside a manifest (cosign, SIGNATURE_SPEC.md).</summary>
    public static IEnumerable<string> CosignTagsOf(Digest digest)
    {
        var stem = $"{digest.Algorithm}-{digest.Encoded}";
        return stem.Length + 5 > 128 ? [] : [stem + ".sig", stem + ".att", stem + ".sbom"];
    }

    /// <summary>The referrers of a manifest.</summary>
    public static async Task<IReadOnlyList<Descriptor>> ListAsync(RepositoryEndpoint endpoint, Digest digest, string? artifactType, CancellationToken cancellationToken)
    {
        var found = await AskAsync(endpoint, digest, artifactType, cancellationToken).ConfigureAwait(false)
            ?? await ReadTagAsync(endpoint, digest, cancellationToken).ConfigureAwait(false);
        return artifactType is null ? found : [.. found.Where(entry => entry.ArtifactType == artifactType)];
    }

    /// <summary>Enters a manifest into its subject's list, for a registry that does not do so itself.</summary>
    public static Task EnterAsync(RepositoryEndpoint endpoint, Manifest manifest, CancellationToken cancellationToken)
    {
        var type = manifest.ArtifactType ?? (manifest as ImageManifest)?.Config.MediaType;
        var entry = manifest.Descriptor with { ArtifactType = type, Annotations = manifest.Annotations };
        return ChangeAsync(endpoint, manifest, known => known.Any(other => other.Digest == entry.Digest) ? null : [.. known, entry], cancellationToken);
    }

    /// <summary>Takes a manifest that was deleted out of its subject's list, if clients keep one.</summary>
    public static Task LeaveAsync(RepositoryEndpoint endpoint, Manifest manifest, CancellationToken cancellationToken) =>
        ChangeAsync(endpoint, manifest, known => known.Any(other => other.Digest == manifest.Digest) ? [.. known.Where(other => other.Digest != manifest.Digest)] : null, cancellationToken);

    private static async Task ChangeAsync(
        RepositoryEndpoint endpoint, Manifest manifest, Func<IReadOnlyList<Descriptor>, IReadOnlyList<Descriptor>?> change, CancellationToken cancellationToken)
    {
        var subject = manifest.Subject!.Digest;
        var gate = Gates[(uint)HashCode.Combine(endpoint.Name, subject) % Gates.Length];
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (change(await ReadTagAsync(endpoint, subject, cancellationToken).ConfigureAwait(false)) is { } entries)
            {
                await ManifestRequests.PutAsync(endpoint, ImageIndex.Create(MediaTypes.OciIndex, entries), TagOf(subject), cancellationToken).ConfigureAwait(false);
                endpoint.Transport.Log.Verbose($"{endpoint.Reference(TagOf(subject))} now lists {entries.Count} manifests, after a change of {manifest.Digest}; the registry keeps no such list itself.");
            }
        }
        finally
        {
            gate.Release();
        }
    }

    private static async Task<IReadOnlyList<Descriptor>?> AskAsync(RepositoryEndpoint endpoint, Digest digest, string? artifactType, CancellationToken cancellationToken)
    {
        var target = $"/v2/{endpoint.Repository}/referrers/{digest}";
        var all = new List<Descriptor>();
        try
        {
            HttpStatusCode[] expected = [HttpStatusCode.BadRequest, HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotImplemented, HttpStatusCode.NotAcceptable];
            var pages = PagedList.ReadAsync(
                endpoint.Transport, artifactType is null ? target : UrlText.AddQuery(target, "artifactType", artifactType),
                $"listing what refers to {endpoint.Reference(digest.ToString())}", endpoint.PullScopes, expected, cancellationToken);
            await foreach (var page in pages.ConfigureAwait(false))
            {
                if (page.Root.ValueKind != JsonValueKind.Object || !page.Root.TryGetProperty("manifests", out _))
                {
                    return null;
                }

                all.AddRange(OciJson.ReadDescriptors(page.Root, "manifests"));
            }

            return all;
        }
        catch (Exception error) when (error is RegistryProtocolException or FormatException)
        {
            endpoint.Transport.Log.Verbose($"{error.Message} The tag {TagOf(digest)} is looked at instead.");
            return null;
        }
    }

    private static async Task<IReadOnlyList<Descriptor>> ReadTagAsync(RepositoryEndpoint endpoint, Digest digest, CancellationToken cancellationToken) =>
        await ManifestRequests.GetAsync(endpoint, TagOf(digest), null, cancellationToken).ConfigureAwait(false) is ImageIndex index ? index.Manifests : [];
}
