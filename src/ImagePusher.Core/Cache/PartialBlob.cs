using System.Buffers;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Oci;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Cache;

/// <summary>
/// A blob that is being written: a separate file, opened exclusively until it is committed, discarded or closed. A file that
/// was opened by digest stays when it is closed, so that a later writer can resume it.
/// </summary>
internal sealed class PartialBlob : IAsyncDisposable
{
    private const int BufferSize = 256 * 1024;

    private readonly BlobStore _store;
    private readonly CachePaths _paths;
    private readonly CacheLock _lock;
    private readonly SafeFileHandle _handle;
    private readonly PartialStream _stream;
    private readonly long _found;
    private bool _isClosed;

    public PartialBlob(BlobStore store, CachePaths paths, CacheLock cacheLock, string path, SafeFileHandle handle, bool isUnique)
    {
        (_store, _paths, _lock, _handle, Path, IsUnique) = (store, paths, cacheLock, handle, path, isUnique);
        _found = RandomAccess.GetLength(_handle);
        _stream = new PartialStream(_handle, path, _found);
    }

    /// <summary>The number of bytes that are written.</summary>
    public long Length => _stream.Length;

    /// <summary>Appends bytes. Failures of the disk are the cache's typed errors.</summary>
    public Stream Writer => _stream;

    public string Path { get; }

    /// <summary>True for a file that no later writer would find.</summary>
    public bool IsUnique { get; }

    /// <summary>Hashes what is written.</summary>
    public async Task IncludeInAsync(HashingStream hash, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (long offset = 0; offset < Length;)
            {
                var count = 0;
                await LayoutErrors.GuardAsync(Path, async () =>
                    count = await RandomAccess.ReadAsync(
                        _handle, buffer, offset, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
                hash.Include(buffer.AsSpan(0, count));
                offset += count == 0 ? throw new CacheCorruptException(
                    $"'{Path}' became shorter while it was read.", "Try again.") : count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Discards what was written, to start again.</summary>
    public void Reset() => _stream.Reset();

    /// <summary>Flushes the blob to the disk and renames it to its digest, which the caller has computed.</summary>
    /// <exception cref="DigestMismatchException">The number of bytes written is not that of the identity.</exception>
    /// <exception cref="AccessDeniedException">Another process holds the blob's file open; the finished part is kept.</exception>
    public async Task CommitAsync(BlobIdentity identity, CancellationToken cancellationToken)
    {
        if (Length != identity.Size)
        {
            var found = Length;
            await DiscardAsync().ConfigureAwait(false);
            throw new DigestMismatchException(identity.Digest.ToString(), $"{identity.Size} bytes", $"{found} bytes");
        }

        LayoutErrors.Guard(Path, () =>
        {
            if (Length == _found)
            {
                // Nothing was written now, and garbage collection goes by the time of the last write.
                File.SetLastWriteTimeUtc(_handle, DateTime.UtcNow);
            }

            RandomAccess.FlushToDisk(_handle);
        });

        // Under the lock, no writer opens the file between its closing and its renaming, and no garbage collection that
        // saw an old blob of this digest deletes the new one.
        using var held = await _lock.AcquireAsync(cancellationToken).ConfigureAwait(false);
        Close();
        Publish(identity, held);
    }

    private void Publish(BlobIdentity identity, HeldCacheLock held)
    {
        var final = _paths.BlobFile(identity.Digest);
        var isKept = false;
        try
        {
            held.Guard.RequireOwnBlobs(_paths);
            LayoutErrors.Guard(final, () =>
            {
                _paths.CreateFolder(System.IO.Path.GetDirectoryName(final)!, held.Guard.Permissions);
                var blob = new Descriptor("", identity.Digest, identity.Size);
                _paths.Replace(Path, final, isEqual: () => _store.IsUsable(blob));
            });
            isKept = true;
            _store.Damaged.Remove(identity.Digest);
        }
        catch (AccessDeniedException) when (!Directory.Exists(final))
        {
            // The bytes are complete: the next attempt only has to rename them. It can't while a folder has the blob's name,
            // which Windows reports in the same way as a file that another process has open.
            isKept = !IsUnique || TryKeep(identity.Digest);
            throw;
        }
        finally
        {
            // On a full disk the part must not take the space. While the lock is held no other process resumes it.
            if (!isKept)
            {
                LayoutErrors.Guard(Path, () => _paths.Remove(Path));
            }
        }
    }

    private bool TryKeep(Digest digest)
    {
        try
        {
            _paths.Move(Path, _paths.PartialFile(digest));
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Deletes what was written.</summary>
    public async Task DiscardAsync()
    {
        using var held = await _lock.AcquireAsync(CancellationToken.None).ConfigureAwait(false);
        if (!_isClosed)
        {
            Close();
            LayoutErrors.Guard(Path, () => _paths.Remove(Path));
        }
    }

    /// <summary>Closes the file. What was written stays if it can be resumed.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_isClosed && (IsUnique || Length == 0))
            {
                await DiscardAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            Close();
        }
    }

    private void Close()
    {
        _isClosed = true;
        FileLocking.Unlock(_handle);
        _handle.Dispose();
        _stream.Dispose();
    }
}
