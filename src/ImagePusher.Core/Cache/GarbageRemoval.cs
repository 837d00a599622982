using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;

namespace ImagePusher.Core.Cache;

/// <summary>Deletes the files that a garbage collection found, and counts them.</summary>
/// <param name="blobLimit">Blobs that changed since are kept.</param>
/// <param name="partialLimit">Parts of blobs that changed since are kept.</param>
/// <param name="paths">The files of the cache.</param>
/// <param name="isDryRun">True to count only.</param>
internal sealed class GarbageRemoval(DateTimeOffset blobLimit, DateTimeOffset partialLimit, CachePaths paths, bool isDryRun)
{
    public bool IsDryRun => isDryRun;

    public int Blobs { get; private set; }

    public int Partials { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>True for a blob that was last written, renamed or created before the limit; special files are never ours.</summary>
    public bool IsOldBlob(string path) =>
        Status(path) is { Kind: FileKind.Regular or FileKind.SymbolicLink } file && file.Latest < blobLimit;

    public void RemoveBlob(string path)
    {
        if (IsOldBlob(path))
        {
            Remove(path);
            Blobs++;
        }
    }

    /// <summary>
    /// Removes a part. Parts are opened under the lock: one that is not held and cannot be found belongs to a process that
    /// ended.
    /// </summary>
    public void RemovePartial(string path, bool isResumable)
    {
        if (Status(path) is { } file && (!isResumable || file.Latest < partialLimit) && !IsOpen(path))
        {
            Remove(path);
            Partials++;
        }
    }

    private static FileStatus? Status(string path) => LayoutErrors.Guard(path, () => FileStatus.Of(path));

    private void Remove(string path)
    {
        var length = FileLength.Of(path) ?? 0;
        if (!isDryRun)
        {
            LayoutErrors.Guard(path, () => paths.Remove(path));
        }

        Bytes += length;
    }

    private bool IsOpen(string path)
    {
        try
        {
            paths.OpenExclusive(path, permissions: null).Dispose();
            return false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }
}
