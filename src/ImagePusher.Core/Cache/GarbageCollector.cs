using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>
/// Removes the blobs that nothing in the index names and that are older than the grace period, parts of blobs that nobody
/// goes on with, and our own files that are too old to be of use.
/// </summary>
internal sealed class GarbageCollector(
    CacheLayout layout, CacheLock cacheLock, CacheIndex index, ManifestReader manifests, UploadJournal uploads, CacheOptions options)
{
    // Others wait while a batch is deleted under the lock.
    private const int BatchSize = 256;

    // A transfer that broke is usually tried again within the day: with the usual grace of an hour its part is still there.
    private const int PartialGraceFactor = 24;

    private static readonly TimeSpan EncodingLifetime = TimeSpan.FromDays(90);

    /// <param name="gracePeriod">How old a blob must be; a part of one 24 times as old. Null for the cache's own period.</param>
    /// <param name="whatIf">True to count only.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public async Task<GarbageReport> CollectAsync(TimeSpan? gracePeriod, bool whatIf, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(layout.BlobFolder))
        {
            return new GarbageReport(0, 0, 0, 0, whatIf);
        }

        layout.ThrowIfIndexIsLost();
        var reachable = new ReachableBlobs(manifests);
        var seen = Mark(reachable, null, cancellationToken);
        var now = options.TimeProvider.GetUtcNow();
        var grace = gracePeriod ?? options.GracePeriod;
        var run = new Run(Before(now, grace, 1), Before(now, grace, PartialGraceFactor), whatIf);
        var (old, young) = FindUnreachable(reachable, run.Limit);
        foreach (var batch in old.Chunk(BatchSize))
        {
            using var held = whatIf ? null : await cacheLock.AcquireAsync(cancellationToken).ConfigureAwait(false);
            seen = Mark(reachable, seen, cancellationToken);
            foreach (var (digest, file) in batch.Where(blob => !reachable.Contains(blob.Digest)))
            {
                run.RemoveBlob(file);
            }
        }

        if (Directory.Exists(layout.PartialFolder))
        {
            using var held = await HoldAsync(whatIf, cancellationToken).ConfigureAwait(false);
            CollectState(run);
        }

        return new GarbageReport(run.Blobs, run.Partials, run.Bytes, young, whatIf);
    }

    // To ask whether a part is being written is to open it, and without the lock its writer could find it open at that moment.
    // Who may only read asks all the same: nobody writes there.
    private async Task<IDisposable?> HoldAsync(bool whatIf, CancellationToken cancellationToken)
    {
        try
        {
            return await cacheLock.AcquireAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (CacheLockedException) when (whatIf)
        {
            return null;
        }
    }

    // Somebody may well ask for TimeSpan.MaxValue.
    private static DateTimeOffset Before(DateTimeOffset now, TimeSpan period, int times)
    {
        var ticks = now.UtcTicks - ((Int128)period.Ticks * times);
        return new DateTimeOffset((long)Int128.Clamp(ticks, DateTimeOffset.MinValue.Ticks, DateTimeOffset.MaxValue.Ticks), TimeSpan.Zero);
    }

    private IndexSnapshot Mark(ReachableBlobs reachable, IndexSnapshot? before, CancellationToken cancellationToken)
    {
        var snapshot = index.Read();
        if (ReferenceEquals(snapshot, before))
        {
            return snapshot;
        }

        if (snapshot.HasUnknown)
        {
            throw new CacheCorruptException(
                $"{layout.IndexFile} has an entry with a digest of an unknown kind, so nobody can say what it names; nothing was removed.",
                "Remove that entry with the tool that wrote it, then run the command again.");
        }

        reachable.Add(snapshot, cancellationToken);
        return snapshot;
    }

    private (List<(Digest Digest, FileInfo File)> Old, int Young) FindUnreachable(ReachableBlobs reachable, DateTimeOffset limit)
    {
        var old = new List<(Digest, FileInfo)>();
        var young = 0;
        foreach (var algorithm in new[] { "sha256", "sha512" })
        {
            var folder = new DirectoryInfo(Path.Combine(layout.BlobFolder, algorithm));
            foreach (var file in CacheErrors.Guard(folder.FullName, () => folder.Exists ? folder.GetFiles() : []))
            {
                // A file with any other name is not a blob, and not ours.
                if (!Digest.TryParse($"{algorithm}:{file.Name}", out var digest) || reachable.Contains(digest))
                {
                    continue;
                }

                if (file.LastWriteTimeUtc < limit)
                {
                    old.Add((digest, file));
                }
                else
                {
                    young++;
                }
            }
        }

        return (old, young);
    }

    private void CollectState(Run run)
    {
        foreach (var file in Files(layout.PartialFolder))
        {
            run.RemovePartial(file, isResumable: file.Directory!.FullName != layout.PartialFolder);
        }

        if (run.IsWhatIf)
        {
            return;
        }

        uploads.RemoveOld();
        var encodingLimit = (options.TimeProvider.GetUtcNow() - EncodingLifetime).UtcDateTime;
        foreach (var file in Files(layout.EncodingFolder).Where(file => file.LastWriteTimeUtc < encodingLimit))
        {
            StateFile.Delete(file.FullName);
        }
    }

    private static FileInfo[] Files(string path)
    {
        var folder = new DirectoryInfo(path);
        return CacheErrors.Guard(path, () => folder.Exists ? folder.GetFiles("*", SearchOption.AllDirectories) : []);
    }

    private sealed class Run(DateTimeOffset limit, DateTimeOffset partialLimit, bool isWhatIf)
    {
        public DateTimeOffset Limit => limit;

        public bool IsWhatIf => isWhatIf;

        public int Blobs { get; private set; }

        public int Partials { get; private set; }

        public long Bytes { get; private set; }

        public void RemoveBlob(FileInfo file)
        {
            file.Refresh();
            if (file.Exists && file.LastWriteTimeUtc < limit)
            {
                Remove(file);
                Blobs++;
            }
        }

        // Parts are opened under the lock: one that nobody holds and nobody can find again is of a process that died.
        public void RemovePartial(FileInfo file, bool isResumable)
        {
            file.Refresh();
            if (file.Exists && (!isResumable || file.LastWriteTimeUtc < partialLimit) && !IsBeingWritten(file))
            {
                Remove(file);
                Partials++;
            }
        }

        private void Remove(FileInfo file)
        {
            var length = file.Length;
            if (!isWhatIf)
            {
                CacheErrors.Guard(file.FullName, file.Delete);
            }

            Bytes += length;
        }

        private static bool IsBeingWritten(FileInfo file)
        {
            try
            {
                using var handle = File.OpenHandle(file.FullName, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                return false;
            }
            catch (IOException)
            {
                return true;
            }
            catch (UnauthorizedAccessException)
            {
                return true;
            }
        }
    }
}
