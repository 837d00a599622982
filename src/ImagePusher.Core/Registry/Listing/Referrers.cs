using System.Net;
using System.Text.Json;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Http;
using ImagePusher.Core.Registry.Manifests;

namespace ImagePusher.Core.Registry.Listing;

/// <summary>
/// Lists the manifests that refer to another one as their subject: from the API, or from the tag that clients keep where the
/// registry has no such API (distribution-spec, Listing Referrers).
/// </summary>
internal static class Referrers
{
    private static readonly HttpStatusCode[] NoApi =
        [HttpStatusCode.BadRequest, HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotImplemented,
            HttpStatusCode.NotAcceptable];

    /// <summary>The referrers of a manifest.</summary>
    /// <param name="remote">The repository.</param>
    /// <param name="digest">The manifest's digest.</param>
    /// <param name="artifactType">The artifact type wanted; null for all.</param>
    /// <param name="limits">The limits of the list.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LimitExceededException">The list does not end.</exception>
    public static async Task<IReadOnlyList<Descriptor>> ListAsync(
        RepositoryLocation remote, Digest digest, string? artifactType, RegistryLimits limits, CancellationToken cancellationToken)
    {
        var found = await AskAsync(remote, digest, artifactType, limits, cancellationToken).ConfigureAwait(false)
            ?? await ReadTagAsync(remote, digest, cancellationToken).ConfigureAwait(false);
        return artifactType is null ? found : [.. found.Where(entry => entry.ArtifactType == artifactType)];
    }

    /// <summary>The list under the tag; empty if the tag does not exist.</summary>
    public static async Task<IReadOnlyList<Descriptor>> ReadTagAsync(
        RepositoryLocation remote, Digest digest, CancellationToken cancellationToken) =>
        await ManifestReader.GetAsync(remote, SubjectTag.ListOf(digest), null, cancellationToken).ConfigureAwait(false)
            is ImageIndex index ? index.Manifests : [];

    // Null if the registry has no API.
    private static async Task<List<Descriptor>?> AskAsync(
        RepositoryLocation remote, Digest digest, string? artifactType, RegistryLimits limits, CancellationToken cancellationToken)
    {
        var target = $"/v2/{remote.Repository}/referrers/{digest}";
        var list = new ListRequest(
            artifactType is null ? target : UrlText.AddQuery(target, "artifactType", artifactType), "manifests",
            $"listing the referrers of {remote.Reference(digest.ToString())}", remote.PullScopes, NoApi);
        var (all, skipped) = (new List<Descriptor>(), 0);
        try
        {
            await foreach (var page in new PagedList(remote.Transport, list, limits).ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (!page.Has(list.Property))
                {
                    return null;
                }

                foreach (var entry in page.Entries(list.Property))
                {
                    if (Read(entry) is { } descriptor)
                    {
                        all.Add(descriptor);
                    }
                    else
                    {
                        skipped++;
                    }
                }
            }
        }
        catch (RegistryProtocolException error)
        {
            remote.Transport.Log.Information($"{error.Message} Reading the tag {SubjectTag.ListOf(digest)} instead.");
            return null;
        }

        if (skipped > 0)
        {
            remote.Transport.Log.Warning(
                $"{remote.Transport.Host.Registry} lists {skipped} invalid entries while {list.Purpose}; they are skipped.");
        }

        return all;
    }

    private static Descriptor? Read(JsonElement entry)
    {
        try
        {
            return OciJson.ReadDescriptor(entry);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
