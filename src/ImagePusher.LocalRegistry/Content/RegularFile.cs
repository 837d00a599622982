using Microsoft.Win32.SafeHandles;

namespace ImagePusher.LocalRegistry.Content;

/// <summary>Opens blobs that are regular files in real folders: links, pipes, sockets and devices are not opened.</summary>
internal static class RegularFile
{
    /// <summary>Opens a file for reading.</summary>
    /// <returns>Null if it is missing or not a regular file.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public static SafeFileHandle? TryOpen(string path)
    {
        if (FileStamp.IsRegular(path, out var expected) is { } isRegular ? !isRegular : !LooksRegular(path))
        {
            return null;
        }

        try
        {
            var handle = File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous | FileOptions.SequentialScan);
            if (expected != default && FileStamp.Of(handle) is { } found && (found.Inode, found.Device) != (expected.Inode, expected.Device))
            {
                // Replaced between the two calls, perhaps by a link.
                handle.Dispose();
                return null;
            }

            return handle;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>True if the folder itself is a link.</summary>
    public static bool IsLink(string folder) => new DirectoryInfo(folder).LinkTarget is not null;

    private static bool LooksRegular(string path) =>
        new FileInfo(path) is { Exists: true } file && (file.Attributes & (FileAttributes.ReparsePoint | FileAttributes.Device)) == 0;
}
