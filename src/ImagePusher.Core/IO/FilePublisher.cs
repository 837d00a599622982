namespace ImagePusher.Core.IO;

/// <summary>Publishes finished files by rename, even if other processes have the old file open.</summary>
internal static class FilePublisher
{
    private const int WindowsAttempts = 50;

    /// <summary>Writes a small file: under a random name first, flushed to the disk, then renamed.</summary>
    /// <param name="temporaryFolder">The folder of the temporary file, on the same disk.</param>
    /// <param name="final">The file to create or replace.</param>
    /// <param name="content">The content.</param>
    /// <param name="permissions">The permissions of the file.</param>
    public static void Write(string temporaryFolder, string final, ReadOnlySpan<byte> content, FilePermissions permissions)
    {
        var temporary = Path.Combine(temporaryFolder, Guid.NewGuid().ToString("N"));
        var isPublished = false;
        try
        {
            using (var file = RegularFile.CreateNew(temporary, permissions))
            {
                RandomAccess.Write(file, content, 0);
                RandomAccess.FlushToDisk(file);
                FileLocking.Unlock(file);
            }

            Replace(temporary, final, temporaryFolder);
            isPublished = true;
        }
        finally
        {
            if (!isPublished)
            {
                File.Delete(temporary);
            }
        }
    }

    /// <summary>Renames a closed file over another. A file that is in use is replaced where the system allows it.</summary>
    /// <param name="temporary">The finished file. It stays if the call fails.</param>
    /// <param name="final">Its final name.</param>
    /// <param name="asideFolder">The folder to which a file is moved that cannot be replaced while it is open, on the same disk.</param>
    /// <param name="isEqual">True if the existing file may stay instead because it has the same content; null if it may not.</param>
    /// <exception cref="AccessDeniedException">Another process has the file open and does not allow its replacement.</exception>
    public static void Replace(string temporary, string final, string asideFolder, Func<bool>? isEqual = null)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.Move(temporary, final, overwrite: true);
            return;
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (!WindowsRename.TryReplace(temporary, final))
                {
                    ReplaceByAside(temporary, final, asideFolder);
                }

                return;
            }
            catch (Exception error) when (File.Exists(final) && (DiskErrors.IsInUse(error) || error is UnauthorizedAccessException))
            {
                // A reader that does not share Delete is often a virus scanner or indexer, and gone a moment later.
                if (attempt < WindowsAttempts)
                {
                    Thread.Sleep(10);
                }
                else if (isEqual?.Invoke() == true)
                {
                    File.Delete(temporary);
                    return;
                }
                else
                {
                    throw IsHeld(final) ? DiskErrors.InUse(final, error) : DiskErrors.Classify(error, final)!;
                }
            }
        }
    }

    /// <summary>Deletes a file whose name is free afterwards, also while readers have it open.</summary>
    /// <param name="path">The file; it need not exist.</param>
    /// <param name="asideFolder">A folder on the same disk, where the file stays until the last reader has closed it.</param>
    public static void Remove(string path, string asideFolder)
    {
        // Windows keeps the name of a deleted file until its last reader is gone, and nothing can be created under it until then.
        if (OperatingSystem.IsWindows() && File.Exists(path) && Directory.Exists(asideFolder))
        {
            var aside = Path.Combine(asideFolder, Guid.NewGuid().ToString("N"));
            File.Move(path, aside);
            path = aside;
        }

        File.Delete(path);
    }

    // An open file can be renamed where its readers share Delete, though not replaced. Without an old file this is a move.
    private static void ReplaceByAside(string temporary, string final, string asideFolder)
    {
        try
        {
            File.Move(temporary, final, overwrite: true);
            return;
        }
        catch (Exception error) when (File.Exists(final) && (DiskErrors.IsInUse(error) || error is UnauthorizedAccessException))
        {
        }

        var aside = Path.Combine(asideFolder, Guid.NewGuid().ToString("N"));
        File.Move(final, aside);
        try
        {
            File.Move(temporary, final);
        }
        catch
        {
            File.Move(aside, final);
            throw;
        }

        try
        {
            File.Delete(aside);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It goes with its last reader, or with the next clean-up of the folder.
        }
    }

    private static bool IsHeld(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Delete).Dispose();
            return false;
        }
        catch (IOException error)
        {
            return DiskErrors.IsInUse(error);
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
