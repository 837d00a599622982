using ImagePusher.Core.IO;

namespace ImagePusher.Core.Discovery;

/// <summary>Replaces the content of a text file by a rename, keeping its permissions; a link is followed to its file.</summary>
internal static class TextFileWriter
{
    /// <summary>Writes a file as a whole, or not at all.</summary>
    /// <param name="path">The file; it exists.</param>
    /// <param name="content">The new content.</param>
    /// <exception cref="AccessDeniedException">The file or its folder can't be written.</exception>
    /// <exception cref="InsufficientSpaceException">The disk is full.</exception>
    public static void Replace(string path, byte[] content)
    {
        try
        {
            var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
            if (new FileInfo(target).IsReadOnly)
            {
                throw new AccessDeniedException(
                    $"'{path}' can't be changed: it is read-only.", "Make the file writable, then run the command again.");
            }

            Write(target, content);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DiskErrors.Classify(error, path)
                ?? new AccessDeniedException(
                    $"'{path}' can't be written: {DiskErrors.Reason(error)}.", "Check the file and its folder.", error);
        }
    }

    private static void Write(string target, byte[] content)
    {
        var folder = Path.GetDirectoryName(target)!;
        var temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{Path.GetRandomFileName()}.partial");
        try
        {
            using (var file = RegularFile.CreateNew(temporary, FilePermissions.Private))
            {
                RandomAccess.Write(file, content, 0);
                RandomAccess.FlushToDisk(file);
            }

            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
            }

            FilePublisher.Replace(temporary, target, folder);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
