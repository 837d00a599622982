namespace ImagePusher.Core.Archives;

/// <summary>Makes the exceptions for archives that can't be read: each names the file and the recommended action.</summary>
internal static class ArchiveProblem
{
    private const string SaveAgain = "Save or download the archive again.";

    public static InvalidImageArchiveException Damaged(string path, string problem, Exception? inner = null) =>
        new($"The image archive '{path}' is damaged: {problem}.", SaveAgain, inner);

    public static InvalidImageArchiveException NoImage(string path, string problem, string? recommendedAction = null) =>
        new($"'{path}' is no image archive: {problem}.",
            recommendedAction ?? "Give a tar that docker, podman, skopeo or buildkit saved (plain, gzip or zstd), or the folder of an OCI image layout.");

    public static InvalidImageArchiveException TooLarge(string path, string problem, string recommendedAction) =>
        new($"The image archive '{path}' was refused: {problem}.", recommendedAction);

    public static InvalidImageArchiveException Unreadable(string path, Exception inner) =>
        inner is FileNotFoundException or DirectoryNotFoundException
            ? new($"There is no file or folder '{path}'.", "Check the path; a relative one starts at the current folder.", inner)
            : new($"'{path}' could not be read: {inner.Message}", "Check that the file is on a working disk and that you may read it.", inner);

    /// <summary>A read that failed; null stands for a file that became shorter.</summary>
    public static InvalidImageArchiveException Changed(string path, IOException? inner) =>
        inner is null ? Damaged(path, "it became shorter while it was read") : Unreadable(path, inner);

    public static ImagePusherException Unwritable(string path, Exception inner) => inner switch
    {
        IOException full when IsFull(full) => new InsufficientSpaceException(
            $"There is no room for '{path}': {inner.Message}", "Free some space on that disk, or choose a path on another one.", inner),
        DirectoryNotFoundException => new InvalidImageArchiveException(
            $"The folder of '{path}' does not exist.", "Make the folder first, or choose another path.", inner),
        _ => new InvalidImageArchiveException(
            $"'{path}' could not be written: {inner.Message}", "Choose a path that you may write to.", inner),
    };

    // ENOSPC, EFBIG and EDQUOT; ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL and ERROR_DISK_QUOTA_EXCEEDED.
    private static bool IsFull(IOException error) => OperatingSystem.IsWindows()
        ? error.HResult is unchecked((int)0x80070027) or unchecked((int)0x80070070) or unchecked((int)0x8007050F)
        : error.HResult is 28 or 27 || error.HResult == (OperatingSystem.IsLinux() ? 122 : 69);
}
