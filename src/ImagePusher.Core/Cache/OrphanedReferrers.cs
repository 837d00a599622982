using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>
/// Referrers that were copied along with an image that the cache no longer has. A referrer names its subject, so it would keep the
/// subject's blobs: what counts is whether an image, or a referrer of one, leads to the subject.
/// </summary>
/// <param name="index">The cache's index.</param>
/// <param name="manifests">Reads manifests.</param>
/// <param name="before">Entries that were saved later are kept: their image may be about to be named.</param>
internal sealed class OrphanedReferrers(CacheIndex index, CachedManifestReader manifests, DateTimeOffset before)
{
    /// <summary>The orphaned entries of an index.</summary>
    /// <exception cref="CacheCorruptException">A manifest is damaged, so the images that lead to it are unknown.</exception>
    public IReadOnlyList<CacheEntry> Find(IndexSnapshot snapshot, CancellationToken cancellationToken)
    {
        var waiting = snapshot.Entries.Where(IsOld).ToList();
        if (waiting.Count == 0)
        {
            return [];
        }

        var reachable = new ReachableBlobs(manifests);
        reachable.Add([.. snapshot.Entries.Where(entry => !IsOld(entry))], cancellationToken);
        while (waiting.FindAll(entry => reachable.Contains(entry.ReferrerOf!)) is { Count: > 0 } kept)
        {
            reachable.Add(kept, cancellationToken);
            waiting = [.. waiting.Except(kept, ReferenceEqualityComparer.Instance).Cast<CacheEntry>()];
        }

        return waiting;
    }

    /// <summary>Removes the orphaned entries from the index.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        var snapshot = index.Read();
        var orphans = Find(snapshot, cancellationToken).Select(KeyOf).ToHashSet();
        if (orphans.Count == 0)
        {
            return;
        }

        // An entry that was saved again in between has another time, and stays. If an image was added in between, all stay.
        var known = snapshot.Entries.Select(KeyOf).ToHashSet();
        await index.ChangeAsync(
            draft => draft.Entries.All(entry => known.Contains(KeyOf(entry))) && draft.Remove(entry => orphans.Contains(KeyOf(entry))) > 0,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The identity of an entry of the index over time.</summary>
    public static (Digest Digest, string? Name, DateTimeOffset? Saved) KeyOf(CacheEntry entry) =>
        (entry.Digest, entry.Name, entry.Saved);

    private bool IsOld(CacheEntry entry) => entry.ReferrerOf is not null && !(entry.Saved > before);
}
