using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>
/// The blobs with the correct size but wrong bytes that a verification has found. They are replaced by the next
/// save, import or push instead of being interpreted as complete.
/// </summary>
/// <remarks>
/// Kept in memory and, where the cache can be written, as one small file per blob. A record holds for one version of the
/// file only, so a wrong record costs at most one transfer.
/// </remarks>
internal sealed class DamagedBlobRegister(CachePaths paths)
{
    private readonly ConcurrentDictionary<Digest, string> _known = new();

    /// <summary>True if the file that the blob has now was found damaged.</summary>
    public bool Contains(Digest digest)
    {
        var record = _known.GetValueOrDefault(digest) ?? Read(digest);
        return record is not null && record == Identify(digest);
    }

    /// <summary>Records that the file that the blob has now is damaged.</summary>
    public void Add(Digest digest)
    {
        if (Identify(digest) is { } record)
        {
            _known[digest] = record;
            Write(digest, record);
        }
    }

    /// <summary>Removes the record of a blob that was replaced or deleted.</summary>
    public void Remove(Digest digest)
    {
        _known.TryRemove(digest, out _);
        try
        {
            paths.Delete(paths.DamagedFile(digest));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The record does not hold for another version of the file.
        }
    }

    /// <summary>Deletes the records of blobs that were replaced or deleted. Called under the lock.</summary>
    public void Clean(LayoutGuard guard)
    {
        foreach (var (path, _) in guard.RequireFiles(paths.DamagedFolder))
        {
            if (!Digest.TryParse(Path.GetFileName(path).Replace('-', ':'), out var digest) || !Contains(digest))
            {
                LayoutErrors.Guard(path, () => paths.Delete(path));
            }
        }
    }

    private string? Identify(Digest digest)
    {
        try
        {
            return FileStatus.Of(paths.BlobFile(digest), followLinks: true) is { } file
                ? string.Create(CultureInfo.InvariantCulture, $"{file.Size} {file.Modified.UtcTicks} {file.Changed.UtcTicks} {file.Id}")
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string? Read(Digest digest)
    {
        try
        {
            return RegularFile.ReadAll(paths.DamagedFile(digest), maximum: 256, followLinks: false) is { } bytes
                ? Encoding.ASCII.GetString(bytes) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Write(Digest digest, string record)
    {
        try
        {
            var guard = new LayoutGuard(paths.Root);
            if (guard.RequireFolder(paths.StateFolder) && guard.RequireFolder(paths.PartialFolder))
            {
                paths.CreateFolder(paths.DamagedFolder, guard.Permissions);
                guard.RequireFolder(paths.DamagedFolder);
                paths.Write(paths.DamagedFile(digest), Encoding.ASCII.GetBytes(record), guard.Permissions);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ImagePusherException)
        {
            // In a read-only cache the record applies to this process.
        }
    }
}
