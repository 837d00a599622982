namespace ImagePusher.Core.IO;

/// <summary>The length of a file, also through a link: builders such as Bazel write layouts of links into a store of their own.</summary>
internal static class FileLength
{
    /// <summary>The length in bytes of a regular file, or of the one that a link points to.</summary>
    /// <returns>Null if there is no such file; for a named pipe, socket or device too.</returns>
    public static long? Of(string path)
    {
        try
        {
            return FileStatus.Of(path, followLinks: true) is { Kind: FileKind.Regular } file ? file.Size : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
