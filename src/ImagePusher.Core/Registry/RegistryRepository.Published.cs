using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Manifests;

namespace ImagePusher.Core.Registry;

/// <content>What exists under a name already.</content>
public sealed partial class RegistryRepository
{
    /// <summary>The digest that a name refers to; null if it does not exist or referenced content is missing.</summary>
    /// <remarks>
    /// A tag protects what its image needs. An index that is named by its digest alone is complete only if everything in it exists:
    /// deletions, also by other tools, remove the images of an index that no tag names.
    /// </remarks>
    internal async Task<Digest?> FindPublishedAsync(ImageReference name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        if ((name.Tag ?? name.Digest?.ToString()) is not { } tagOrDigest)
        {
            return null;
        }

        var head = await HeadOwnAsync(tagOrDigest, cancellationToken).ConfigureAwait(false);
        return head is null || (name.Tag is null && !await IsCompleteAsync(head, [], 0, cancellationToken).ConfigureAwait(false))
            ? null
            : head.Digest;
    }

    private async Task<Descriptor?> HeadOwnAsync(string tagOrDigest, CancellationToken cancellationToken)
    {
        var head = await ManifestReader.HeadAsync(_own, tagOrDigest, _own.PushScopes, cancellationToken).ConfigureAwait(false);
        return head.Descriptor is not null || head.IsMissing
            ? head.Descriptor
            : (await ManifestReader.GetAsync(_own, tagOrDigest, null, cancellationToken).ConfigureAwait(false))?.Descriptor;
    }

    private async Task<bool> IsCompleteAsync(Descriptor manifest, HashSet<Digest> seen, int depth, CancellationToken cancellationToken)
    {
        if (!MediaTypes.IsIndex(manifest.MediaType))
        {
            return true;
        }

        if (depth > Limits.IndexDepth || seen.Count > _client.Limits.ManifestsPerIndex
            || await ManifestReader.GetAsync(_own, manifest.Digest.ToString(), null, cancellationToken).ConfigureAwait(false)
                is not ImageIndex index)
        {
            return false;
        }

        foreach (var child in index.Manifests.Where(child => child.IsManifest && seen.Add(child.Digest)))
        {
            if (await HeadOwnAsync(child.Digest.ToString(), cancellationToken).ConfigureAwait(false) is not { } found
                || !await IsCompleteAsync(found, seen, depth + 1, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }
}
