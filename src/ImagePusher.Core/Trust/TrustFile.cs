using ImagePusher.Core.IO;

namespace ImagePusher.Core.Trust;

/// <summary>Reads the small files on which a decision about trust depends: policies, keys, certificates.</summary>
internal static class TrustFile
{
    /// <summary>The bytes of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What the file is, for messages: <c>signature policy</c>.</param>
    /// <param name="maximum">The maximum number of bytes.</param>
    /// <exception cref="PathNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidOptionException">It is not a regular file.</exception>
    /// <exception cref="LimitExceededException">It is larger than the maximum.</exception>
    /// <exception cref="AccessDeniedException">It cannot be read.</exception>
    public static byte[] Read(string path, string what, int maximum)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new InvalidOptionException($"The {what} '{path}' is a folder.", "Specify a file.");
            }

            if (!File.Exists(path))
            {
                throw new PathNotFoundException($"The {what} '{path}' does not exist.", "Check the path.");
            }

            return RegularFile.ReadAll(path, maximum) ?? throw new LimitExceededException(
                $"The {what} '{path}' has more than {maximum} bytes.", "Check that it is the right file.");
        }
        catch (NotRegularFileException error)
        {
            throw new InvalidOptionException($"The {what} '{path}' is not a regular file.", "Specify a regular file.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DiskErrors.Classify(error, path) ?? new AccessDeniedException(
                $"The {what} '{path}' cannot be read: {DiskErrors.Reason(error)}.", "Check the permissions of the file.", error);
        }
    }
}
