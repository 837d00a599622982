using ImagePusher.Core.IO;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Discovery;

/// <summary>
/// Replaces the content of a text file by a rename, keeping its owner, permissions and attributes; a link is followed to its file. A
/// file that is no longer the one that was read is not replaced: hours may pass between, in which an editor or another user saves it.
/// </summary>
internal static class TextFileWriter
{
    /// <summary>Writes a file as a whole, or not at all.</summary>
    /// <param name="source">The file as it was read; it exists.</param>
    /// <param name="content">The new content.</param>
    /// <exception cref="AccessDeniedException">The file or its folder can't be written.</exception>
    /// <exception cref="DestinationConflictException">It was changed or replaced since it was read.</exception>
    /// <exception cref="InsufficientSpaceException">The disk is full.</exception>
    public static void Replace(SourceText source, byte[] content)
    {
        var path = source.Path;
        try
        {
            var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
            if (IsReadOnly(new FileInfo(target)))
            {
                throw new AccessDeniedException(
                    $"'{path}' can't be changed: it is read-only.", "Make the file writable, then try again.");
            }

            Write(source, target, content);
        }
        catch (Exception error) when (error is NotRegularFileException or FileNotFoundException)
        {
            throw Changed(path, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DiskErrors.Classify(error, path)
                ?? new AccessDeniedException(
                    $"'{path}' can't be written: {DiskErrors.Reason(error)}.", "Check the file and its folder.", error);
        }
    }

    // .NET judges root by the rights of others.
    private static bool IsReadOnly(FileInfo file) => file is { Exists: true, IsReadOnly: true }
        && (OperatingSystem.IsWindows() || UserId.Current != 0 || !file.UnixFileMode.HasFlag(UnixFileMode.UserWrite));

    private static void Write(SourceText source, string target, byte[] content)
    {
        var parent = Path.GetDirectoryName(target)!;
        using var folder = OpenFolder.Open(parent, parent);
        var (file, temporary) = (folder.Entry(target), folder.Entry($".{Path.GetRandomFileName()}.partial"));
        try
        {
            FileStatus status;
            using (var original = RegularFile.OpenRead(file, followLinks: false))
            {
                status = FileStatus.Of(original);
                if (!source.Has(Read(original)))
                {
                    throw Changed(source.Path, null);
                }

                using var created = RegularFile.CreateNew(temporary, FilePermissions.Private);
                RandomAccess.Write(created, content, 0);
                FileAttributeCopy.Copy(original, status, created);
                RandomAccess.FlushToDisk(created);
                FileLocking.Unlock(created);
            }

            if (FileStatus.Of(file) is not { } last
                || (last.Kind, last.Id, last.Size, last.Changed) != (status.Kind, status.Id, status.Size, status.Changed))
            {
                throw Changed(source.Path, null);
            }

            Publish(temporary, file, folder.Path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    // ReplaceFile of Windows keeps access-control lists, attributes and streams; it needs a file that is not in use.
    private static void Publish(string temporary, string file, string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Replace(temporary, file, null, ignoreMetadataErrors: true);
                return;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException && File.Exists(temporary))
            {
            }
        }

        FilePublisher.Replace(temporary, file, folder);
    }

    private static byte[] Read(SafeFileHandle file)
    {
        // One byte more than may be: a file that has grown is not equal.
        var bytes = new byte[Math.Min(RandomAccess.GetLength(file), DiscoveryLimits.FileLength + 1)];
        var count = 0;
        for (int read; count < bytes.Length && (read = RandomAccess.Read(file, bytes.AsSpan(count), count)) > 0; count += read)
        {
        }

        return bytes[..count];
    }

    private static DestinationConflictException Changed(string path, Exception? inner) => new(
        $"'{path}' was not changed: another program has changed or replaced it since it was read.", "Try again.", inner);
}
