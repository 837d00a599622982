using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>Opens the files of blobs that are being written.</summary>
internal sealed class PartialBlobFactory(BlobStore store, CachePaths paths, CacheLock cacheLock, CacheOptions options)
{
    /// <summary>
    /// Opens the file for a digest, which may contain a part from an earlier attempt. If another writer has it open, waits
    /// as long as the file grows, then creates a second file.
    /// </summary>
    /// <returns>The file; null if the other writer completed the blob, which then has this length.</returns>
    public async Task<(PartialBlob? Partial, long Finished)> OpenAsync(Digest digest, long? length, CancellationToken cancellationToken)
    {
        var path = paths.PartialFile(digest);
        var growth = new Growth(options.TimeProvider);
        for (var wait = 4; ; wait = Math.Min(wait * 2, 128))
        {
            // Opened under the lock: otherwise the file could be renamed to its final name between open and flock, and this
            // handle would write into a finished blob.
            using (var held = await cacheLock.AcquireAsync(cancellationToken).ConfigureAwait(false))
            {
                if (wait > 4 && store.SizeOf(digest) is { } size && (length is null || size == length) && !store.Damaged.Contains(digest))
                {
                    return (null, size);
                }

                if (TryResume(path, held) is { } partial)
                {
                    return (partial, 0);
                }
            }

            if (growth.HasStopped(path, options.BusyBlobTimeout))
            {
                options.Log.Information($"Another process has a part of {digest} open and makes no progress; writing a second one.");
                return (await CreateAsync(cancellationToken).ConfigureAwait(false), 0);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(wait), options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Creates a file that no other writer uses.</summary>
    public async Task<PartialBlob> CreateAsync(CancellationToken cancellationToken)
    {
        // The lock ensures that the layout is complete and that files can be locked.
        using var held = await cacheLock.AcquireAsync(cancellationToken).ConfigureAwait(false);
        var path = paths.UniquePartialFile();
        var handle = LayoutErrors.Guard(path, () => paths.CreateNew(path, held.Guard.Permissions));
        return new PartialBlob(store, paths, cacheLock, path, handle, isUnique: true);
    }

    /// <summary>Opens the file of an id, which has one writer at a time, and keeps it when it is closed.</summary>
    /// <exception cref="CacheLockedException">Another writer has it open.</exception>
    public async Task<PartialBlob> ContinueAsync(Guid id, CancellationToken cancellationToken)
    {
        using var held = await cacheLock.AcquireAsync(cancellationToken).ConfigureAwait(false);
        LayoutErrors.Guard(paths.IncomingFolder, () => paths.CreateFolder(paths.IncomingFolder, held.Guard.Permissions));
        var path = Path.Combine(paths.IncomingFolder, id.ToString("N"));
        return TryResume(path, held)
            ?? throw new CacheLockedException($"The cache file '{path}' is in use by another writer.", "Start the upload again.");
    }

    private PartialBlob? TryResume(string path, HeldCacheLock held)
    {
        try
        {
            // A second hard link belongs to a backup, or could redirect the write to another file.
            if (held.Guard.RequireFile(path) && FileStatus.Of(path) is { Links: > 1 })
            {
                paths.Delete(path);
            }

            return new PartialBlob(store, paths, cacheLock, path, paths.OpenExclusive(path, held.Guard.Permissions), isUnique: false);
        }
        catch (IOException error) when (DiskErrors.IsInUse(error))
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LayoutErrors.From(error, path);
        }
    }

    private sealed class Growth(TimeProvider clock)
    {
        private long _length = -1;
        private long _since;

        public bool HasStopped(string path, TimeSpan patience)
        {
            var file = new FileInfo(path);
            var length = file.Exists ? file.Length : 0;
            if (length != _length)
            {
                (_length, _since) = (length, clock.GetTimestamp());
            }

            return clock.GetElapsedTime(_since) >= patience;
        }
    }
}
