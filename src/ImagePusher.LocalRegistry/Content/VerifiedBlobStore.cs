using System.Collections.Concurrent;
using System.Security.Cryptography;
using ImagePusher.Core.Cache;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.LocalRegistry.Content;

/// <summary>
/// The blobs of a cache that may be served. The cache's folder can come from anywhere, so each blob is hashed before it is served,
/// once as long as its size and times do not change. A blob with wrong bytes counts as missing, so that a client uploads it again.
/// </summary>
internal sealed class VerifiedBlobStore(ImageCache cache, LocalRegistryOptions options)
{
    private const int BufferSize = 256 * 1024;
    private const int Attempts = 3;

    private readonly ConcurrentDictionary<Digest, Verification> _verifications = new();
    private readonly ConcurrentDictionary<(Digest, string), bool> _unreadable = new();
    private readonly SemaphoreSlim[] _locks = [.. Enumerable.Range(0, 16).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Opens a blob at its first byte; null if it is missing or damaged.</summary>
    public async Task<FileStream?> OpenAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (TryOpen(digest) is not { } handle)
        {
            return null;
        }

        try
        {
            if (await IsValidAsync(digest, handle, cancellationToken).ConfigureAwait(false))
            {
                return new FileStream(handle, FileAccess.Read, bufferSize: 0, handle.IsAsync);
            }

            handle.Dispose();
            return null;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The size of a blob in bytes; null if it is missing or damaged.</summary>
    public async Task<long?> SizeOfAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (await OpenAsync(digest, cancellationToken).ConfigureAwait(false) is not { } file)
        {
            return null;
        }

        await using (file.ConfigureAwait(false))
        {
            return file.Length;
        }
    }

    /// <summary>Reads a manifest; null if it is missing, damaged, or larger than a manifest may be.</summary>
    public async Task<byte[]?> ReadManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        using var handle = TryOpen(digest);
        if (handle is null || Find(digest, handle) == false
            || RandomAccess.GetLength(handle) is var length && length > LocalRegistryLimits.ManifestLength)
        {
            return null;
        }

        var content = new byte[length];
        var count = 0;
        for (int read; count < content.Length; count += read)
        {
            read = await RandomAccess.ReadAsync(handle, content.AsMemory(count), count, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }
        }

        if (count == content.Length && Digest.Of(content, digest.HashName) == digest)
        {
            return content;
        }

        if (StampOf(handle) is { } stamp)
        {
            Remember(digest, new Verification(stamp, IsValid: false));
        }

        Warn(digest, "does not match its digest");
        return null;
    }

    /// <summary>True if the blob failed its verification and was not replaced since.</summary>
    public bool IsDamaged(Digest digest)
    {
        if (!_verifications.TryGetValue(digest, out var known) || known.IsValid)
        {
            return false;
        }

        using var handle = TryOpen(digest);
        return handle is not null && StampOf(handle) == known.Stamp;
    }

    /// <summary>
    /// Replaces the file of a manifest if it is damaged. The cache itself does not write what exists with the right size.
    /// </summary>
    public async Task RepairAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        if (File.Exists(cache.Blobs.PathOf(manifest.Digest))
            && await ReadManifestAsync(manifest.Digest, cancellationToken).ConfigureAwait(false) is null)
        {
            await cache.Blobs.ReplaceAsync(manifest.Digest, manifest.Raw, cancellationToken).ConfigureAwait(false);
        }
    }

    // Links are not followed and special files are not opened, also for the folders that lead to the blob.
    private SafeFileHandle? TryOpen(Digest digest)
    {
        var path = cache.Blobs.PathOf(digest);
        var folder = Path.GetDirectoryName(path)!;
        try
        {
            if (IsLink(folder) || IsLink(Path.GetDirectoryName(folder)!))
            {
                WarnOnce(digest, "is in a folder that is a link");
                return null;
            }

            return RegularFile.OpenRead(path, followLinks: false);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            WarnOnce(digest, $"cannot be read ({error.Message.TrimEnd('.')})");
            return null;
        }
    }

    private static bool IsLink(string folder) => FileStatus.Of(folder) is { Kind: FileKind.SymbolicLink };

    // Without a change time, which only the system can set, a file has no stamp, and is hashed each time.
    private static FileStamp? StampOf(SafeFileHandle handle) => OperatingSystem.IsWindows()
        ? null
        : FileStamp.Of(FileStatus.Of(handle));

    private async Task<bool> IsValidAsync(Digest digest, SafeFileHandle handle, CancellationToken cancellationToken)
    {
        if (Find(digest, handle) is { } known)
        {
            return known;
        }

        var gate = _locks[(uint)digest.GetHashCode() % (uint)_locks.Length];
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Another request may have verified it in the meantime.
            return Find(digest, handle) ?? await VerifyAsync(digest, handle, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            gate.Release();
        }
    }

    private bool? Find(Digest digest, SafeFileHandle handle) =>
        _verifications.TryGetValue(digest, out var known) && StampOf(handle) == known.Stamp ? known.IsValid : null;

    private async Task<bool> VerifyAsync(Digest digest, SafeFileHandle handle, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var before = StampOf(handle);
            var isValid = await HashAsync(digest, handle, cancellationToken).ConfigureAwait(false) == digest;
            var isUnchanged = before == StampOf(handle);
            if (!isUnchanged && attempt < Attempts)
            {
                continue;
            }

            if (!isValid)
            {
                Warn(digest, "does not match its digest");
            }

            if (before is { } stamp && isUnchanged && (!isValid || IsOld(stamp)))
            {
                Remember(digest, new Verification(stamp, isValid));
            }

            return isValid;
        }
    }

    // A file can change within the resolution of its timestamps, and then keeps its stamp.
    private bool IsOld(FileStamp stamp) =>
        options.TimeProvider.GetUtcNow() - (
            stamp.Modified > stamp.Changed ? stamp.Modified : stamp.Changed) >= LocalRegistryLimits.TimestampResolution;

    private void Remember(Digest digest, Verification verification)
    {
        if (_verifications.Count >= LocalRegistryLimits.VerifiedBlobs)
        {
            _verifications.Clear();
        }

        _verifications[digest] = verification;
    }

    // A client may ask for it repeatedly.
    private void WarnOnce(Digest digest, string problem)
    {
        if (_unreadable.Count >= LocalRegistryLimits.VerifiedBlobs)
        {
            _unreadable.Clear();
        }

        if (_unreadable.TryAdd((digest, problem), true))
        {
            Warn(digest, problem);
        }
    }

    private void Warn(Digest digest, string problem) =>
        options.Logger.Warning(
            $"The blob {digest} of the cache {cache.Path} {problem}; it is reported as missing until it is pushed again.");

    private static async Task<Digest> HashAsync(Digest digest, SafeFileHandle handle, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(digest.HashName);
        var buffer = new byte[BufferSize];
        for (long offset = 0; ;)
        {
            var count = await RandomAccess.ReadAsync(handle, buffer, offset, cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                return Digest.FromHash(digest.HashName, hash.GetCurrentHash());
            }

            hash.AppendData(buffer, 0, count);
            offset += count;
        }
    }

    private readonly record struct FileStamp(ulong Inode, long Size, DateTimeOffset Modified, DateTimeOffset Changed)
    {
        public static FileStamp Of(FileStatus status) => new(status.Id, status.Size, status.Modified, status.Changed);
    }

    private readonly record struct Verification(FileStamp Stamp, bool IsValid);
}
