using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>Opens the files of blobs that are being written.</summary>
internal sealed class PartialBlobs(BlobStore store, CacheLayout layout, CacheLock cacheLock, CacheOptions options)
{
    /// <summary>
    /// Opens the one file for a digest, which may hold a part from before. Where another writer has it, waits for that
    /// writer as long as the file grows, then takes a file of its own.
    /// </summary>
    /// <returns>The file; null if the other writer finished the blob, which then has this length.</returns>
    public async Task<(PartialBlob? Partial, long Finished)> OpenAsync(Digest digest, long? length, CancellationToken cancellationToken)
    {
        var path = layout.PartialFile(digest);
        var growth = new Growth(options.TimeProvider);
        for (var wait = 4; ; wait = Math.Min(wait * 2, 128))
        {
            // Opening under the lock: otherwise the file could be renamed to its final place between open and flock, and
            // this handle would write into a finished blob.
            using (await cacheLock.AcquireAsync(cancellationToken).ConfigureAwait(false))
            {
                if (wait > 4 && store.SizeOf(digest) is { } size && (length is null || size == length))
                {
                    return (null, size);
                }

                if (TryOpen(path, isUnique: false) is { } partial)
                {
                    return (partial, 0);
                }
            }

            if (growth.HasStopped(path, options.BusyBlobPatience))
            {
                options.Log.Verbose($"Another process holds the part of {digest} and does not go on; writing a second one.");
                return (await CreateAsync(cancellationToken).ConfigureAwait(false), 0);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(wait), options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Creates a file that nobody else writes.</summary>
    public async Task<PartialBlob> CreateAsync(CancellationToken cancellationToken)
    {
        // The lock is what makes sure that the layout is there and that files are locked at all.
        using var held = await cacheLock.AcquireAsync(cancellationToken).ConfigureAwait(false);
        return TryOpen(Path.Combine(layout.PartialFolder, Guid.NewGuid().ToString("N")), isUnique: true)!;
    }

    /// <summary>Opens the file of an id, which only one writer at a time knows, and keeps it when it is closed.</summary>
    /// <exception cref="CacheLockedException">Another writer has it open.</exception>
    public async Task<PartialBlob> ContinueAsync(Guid id, CancellationToken cancellationToken)
    {
        using var held = await cacheLock.AcquireAsync(cancellationToken).ConfigureAwait(false);
        CacheErrors.Guard(layout.IncomingFolder, () => Directory.CreateDirectory(layout.IncomingFolder));
        var path = Path.Combine(layout.IncomingFolder, id.ToString("N"));
        return TryOpen(path, isUnique: false)
            ?? throw new CacheLockedException($"The cache file {path} is being written by somebody else.", "Begin the upload again.");
    }

    private PartialBlob? TryOpen(string path, bool isUnique)
    {
        try
        {
            return new PartialBlob(layout, cacheLock, path, isUnique);
        }
        catch (IOException error) when (!isUnique && CacheErrors.IsBusy(error))
        {
            return null;
        }
        catch (IOException error)
        {
            throw CacheErrors.From(error, path);
        }
        catch (UnauthorizedAccessException error)
        {
            throw CacheErrors.Denied(error, path);
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
