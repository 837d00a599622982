using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>
/// Removes the blobs that nothing in the index refers to and that are older than the grace period, and parts of blobs that
/// no writer resumed.
/// </summary>
internal sealed class GarbageCollector(
    CachePaths paths, CacheInitializer initializer, CacheLock cacheLock, CacheIndex index, BlobStore store, CachedManifestReader manifests,
    CacheOptions options)
{
    // Other processes wait while a batch is deleted under the lock.
    private const int BatchSize = 256;

    // An interrupted transfer is usually repeated within a day: with the default grace period its part still exists then.
    private const int PartialGraceFactor = 24;

    /// <param name="gracePeriod">The minimum age of a blob, and 24 times that age for a partial blob; null for the period of the
    /// cache.</param>
    /// <param name="dryRun">True to count only.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public async Task<GarbageReport> CollectAsync(TimeSpan? gracePeriod, bool dryRun, CancellationToken cancellationToken)
    {
        if (FileStatus.Of(paths.BlobFolder) is null)
        {
            return new GarbageReport(0, 0, 0, 0, dryRun);
        }

        using (var held = await HoldAsync(dryRun, cancellationToken).ConfigureAwait(false))
        {
            (held?.Guard ?? new LayoutGuard(paths.Root)).RequireOwnBlobs(paths);
        }

        initializer.ThrowIfIndexIsLost();
        var now = options.TimeProvider.GetUtcNow();
        var grace = gracePeriod ?? options.GracePeriod;
        var reachable = new ReachableBlobs(manifests);
        var orphans = new OrphanedReferrers(index, manifests, Before(now, grace, 1));
        var seen = dryRun
            ? Mark(reachable, null, orphans.Find(index.Read(), cancellationToken), cancellationToken)
            : await RemoveAsync(orphans, reachable, cancellationToken).ConfigureAwait(false);
        var run = new GarbageRemoval(Before(now, grace, 1), Before(now, grace, PartialGraceFactor), paths, dryRun);
        var (old, young) = FindUnreachable(reachable, run);
        foreach (var batch in old.Chunk(BatchSize))
        {
            using var held = dryRun ? null : await cacheLock.AcquireAsync(cancellationToken).ConfigureAwait(false);
            held?.Guard.RequireOwnBlobs(paths);
            seen = Mark(reachable, seen, [], cancellationToken);
            foreach (var blob in batch.Where(blob => !reachable.Contains(blob)))
            {
                run.RemoveBlob(paths.BlobFile(blob));
            }
        }

        using (var held = await HoldAsync(dryRun, cancellationToken).ConfigureAwait(false))
        {
            RemovePartials(run, held?.Guard ?? new LayoutGuard(paths.Root));
        }

        return new GarbageReport(run.Blobs, run.Partials, run.Bytes, young, dryRun);
    }

    // A part is opened to detect whether it is being written, and without the lock its writer could find it open at that moment. A user
    // with read-only access does not use the lock: such a cache is not written to.
    private async Task<HeldCacheLock?> HoldAsync(bool dryRun, CancellationToken cancellationToken)
    {
        try
        {
            return await cacheLock.AcquireAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (AccessDeniedException) when (dryRun)
        {
            return null;
        }
    }

    // The period may be TimeSpan.MaxValue.
    private static DateTimeOffset Before(DateTimeOffset now, TimeSpan period, int times)
    {
        var ticks = now.UtcTicks - ((Int128)period.Ticks * times);
        return new DateTimeOffset((long)Int128.Clamp(ticks, DateTimeOffset.MinValue.Ticks, DateTimeOffset.MaxValue.Ticks), TimeSpan.Zero);
    }

    private async Task<IndexSnapshot> RemoveAsync(
        OrphanedReferrers orphans, ReachableBlobs reachable, CancellationToken cancellationToken)
    {
        await orphans.RemoveAsync(cancellationToken).ConfigureAwait(false);
        return Mark(reachable, null, [], cancellationToken);
    }

    private IndexSnapshot Mark(
        ReachableBlobs reachable, IndexSnapshot? before, IReadOnlyList<CacheEntry> without, CancellationToken cancellationToken)
    {
        var snapshot = index.Read();
        if (ReferenceEquals(snapshot, before))
        {
            return snapshot;
        }

        if (snapshot.HasUnknown)
        {
            throw new CacheCorruptException(
                $"'{paths.IndexFile}' has an entry with an unknown digest algorithm, so the blobs that it needs are unknown; "
                + "nothing was removed.",
                "Remove that entry with the program that wrote it, then try again.");
        }

        var removed = without.Select(OrphanedReferrers.KeyOf).ToHashSet();
        reachable.Add([.. snapshot.Entries.Where(entry => !removed.Contains(OrphanedReferrers.KeyOf(entry)))], cancellationToken);
        return snapshot;
    }

    private (List<Digest> Old, int Young) FindUnreachable(ReachableBlobs reachable, GarbageRemoval run)
    {
        var old = new List<Digest>();
        var young = 0;
        foreach (var algorithm in DigestAlgorithm.All)
        {
            var folder = paths.AlgorithmFolder(algorithm);
            foreach (var path in LayoutErrors.Guard(folder, () => Directory.Exists(folder) ? Directory.GetFiles(folder) : []))
            {
                // A file with any other name is not a blob, and not ours.
                if (!Digest.TryParse($"{algorithm}:{Path.GetFileName(path)}", out var digest) || reachable.Contains(digest))
                {
                    continue;
                }

                if (run.IsOldBlob(path))
                {
                    old.Add(digest);
                }
                else
                {
                    young++;
                }
            }
        }

        return (old, young);
    }

    private void RemovePartials(GarbageRemoval run, LayoutGuard guard)
    {
        guard.RequireFiles(paths.StateFolder);
        foreach (var folder in paths.PartialFolders)
        {
            foreach (var (path, _) in guard.RequireFiles(folder))
            {
                run.RemovePartial(path, isResumable: folder != paths.PartialFolder);
            }
        }

        if (!run.IsDryRun)
        {
            store.Damaged.Clean(guard);
            ObsoleteState.Remove(paths, guard);
        }
    }
}
