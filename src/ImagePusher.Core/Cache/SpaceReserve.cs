using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;

namespace ImagePusher.Core.Cache;

/// <summary>
/// A file of zeros as large as index.json. On a full disk its space allows an image to be removed, which writes a new
/// index.json before the old one is deleted.
/// </summary>
internal sealed class SpaceReserve(CachePaths paths)
{
    private const int MinimumLength = 64 * 1024;

    private static readonly byte[] Zeros = new byte[MinimumLength];

    /// <summary>Frees the space; false if there was none.</summary>
    public bool Release() => LayoutErrors.Guard(paths.ReserveFile, () =>
    {
        var existed = File.Exists(paths.ReserveFile);
        paths.Delete(paths.ReserveFile);
        return existed;
    });

    /// <summary>
    /// Makes sure that an index of this length could be written from the reserve, if the disk has the space. Called under
    /// the lock.
    /// </summary>
    public void Fill(int length, FilePermissions permissions)
    {
        var temporary = paths.UniquePartialFile();
        try
        {
            if (FileStatus.Of(paths.ReserveFile) is { } file && file.Size >= length)
            {
                return;
            }

            Write(temporary, length, permissions);
            paths.Replace(temporary, paths.ReserveFile);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or AccessDeniedException)
        {
            // There is no space for the reserve; the next change tries again.
            LayoutErrors.Guard(temporary, () => paths.Delete(temporary));
        }
    }

    private void Write(string path, int length, FilePermissions permissions)
    {
        var target = MinimumLength;
        while (target < length && target < int.MaxValue / 2)
        {
            target *= 2;
        }

        using var handle = paths.CreateNew(path, permissions);
        for (long offset = 0; offset < target; offset += Zeros.Length)
        {
            RandomAccess.Write(handle, Zeros, offset);
        }

        RandomAccess.FlushToDisk(handle);
    }
}
