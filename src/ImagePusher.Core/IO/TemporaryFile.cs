namespace ImagePusher.Core.IO;

/// <summary>Creates temporary files for the current user alone, which disappear when they are closed.</summary>
internal static class TemporaryFile
{
    /// <summary>
    /// Creates a file under a random name. On Unix it has no name from then on, so a killed process leaves nothing behind.
    /// </summary>
    /// <param name="directory">The directory.</param>
    /// <exception cref="IOException">The file cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory cannot be written to.</exception>
    public static FileStream Create(string directory)
    {
        var path = Path.Combine(directory, "imagepusher-" + Path.GetRandomFileName());
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Read | FileShare.Delete,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
            BufferSize = 0,
        };
        if (OperatingSystem.IsWindows())
        {
            return new FileStream(path, options);
        }

        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        File.Delete(path);
        return file;
    }
}
