using System.Buffers;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Cache;

/// <summary>
/// A blob that is being written: a file of its own, held exclusively until it is committed, discarded or closed. Closing
/// it keeps what was written, to be resumed where it was opened by digest.
/// </summary>
public sealed class PartialBlob : IAsyncDisposable
{
    private const int BufferSize = 256 * 1024;

    private readonly CacheLayout _layout;
    private readonly CacheLock _lock;
    private readonly SafeFileHandle _handle;
    private readonly PartialStream _stream;
    private readonly long _found;
    private bool _isClosed;

    internal PartialBlob(CacheLayout layout, CacheLock cacheLock, string path, bool isUnique)
    {
        (_layout, _lock, Path, IsUnique) = (layout, cacheLock, path, isUnique);
        _handle = File.OpenHandle(path, isUnique ? FileMode.CreateNew : FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        _found = RandomAccess.GetLength(_handle);
        _stream = new PartialStream(_handle, path, _found);
    }

    /// <summary>How many bytes are in place.</summary>
    public long Length => _stream.Length;

    /// <summary>Takes the next bytes. It throws the cache's typed errors where the disk refuses them.</summary>
    public Stream Writer => _stream;

    internal string Path { get; }

    /// <summary>True for a file that no later process would find: nothing can resume it.</summary>
    internal bool IsUnique { get; }

    /// <summary>Hashes what is in place.</summary>
    internal async Task IncludeInAsync(HashingStream hash, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(hash);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (long offset = 0; offset < Length;)
            {
                var count = 0;
                await CacheErrors.GuardAsync(Path, async () =>
                    count = await RandomAccess.ReadAsync(_handle, buffer, offset, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
                hash.Include(buffer.AsSpan(0, count));
                offset += count == 0 ? throw new CacheCorruptException($"{Path} became shorter while it was read.", "Run the command again.") : count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Throws away what was written, to start again.</summary>
    public void Reset() => _stream.Reset();

    /// <summary>Flushes the blob to the disk and puts it in place under its digest, which the caller has computed.</summary>
    /// <exception cref="DigestMismatchException">Another number of bytes was written than the identity says.</exception>
    public async Task CommitAsync(BlobIdentity identity, CancellationToken cancellationToken)
    {
        if (Length != identity.Size)
        {
            var found = Length;
            await DiscardAsync().ConfigureAwait(false);
            throw new DigestMismatchException(identity.Digest.ToString(), $"{identity.Size} bytes", $"{found} bytes");
        }

        var final = _layout.BlobFile(identity.Digest);
        CacheErrors.Guard(Path, () =>
        {
            if (Length == _found)
            {
                // Nothing was written now, and the garbage collection goes by when a blob was: as old as it is it would go at once.
                File.SetLastWriteTimeUtc(_handle, DateTime.UtcNow);
            }

            RandomAccess.FlushToDisk(_handle);
        });

        // Under the lock nobody opens the file between its closing and its renaming, and no garbage collection that
        // looked at an old blob of this digest deletes the new one.
        using var held = await _lock.AcquireAsync(cancellationToken).ConfigureAwait(false);
        Close();
        var isInPlace = false;
        try
        {
            CacheErrors.Guard(final, () =>
            {
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(final)!);
                CacheLayout.Replace(Path, final);
            });
            isInPlace = true;
        }
        finally
        {
            // While the lock is held nobody goes on with the part, which on a full disk must not take the room.
            if (!isInPlace)
            {
                StateFile.Delete(Path);
            }
        }
    }

    /// <summary>Deletes what was written.</summary>
    public async Task DiscardAsync()
    {
        using var held = await _lock.AcquireAsync(CancellationToken.None).ConfigureAwait(false);
        if (!_isClosed)
        {
            Close();
            CacheErrors.Guard(Path, () => File.Delete(Path));
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
        _handle.Dispose();
        _stream.Dispose();
    }
}
