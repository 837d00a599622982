namespace ImagePusher.Core.IO;

/// <summary>Recognizes errors of file systems. Only this class contains their error numbers.</summary>
internal static class DiskErrors
{
    // EEXIST, which Windows reports as ERROR_FILE_EXISTS or ERROR_ALREADY_EXISTS.
    private const int Exists = 17;
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int LockViolation = unchecked((int)0x80070021);
    private const int WindowsReadOnly = unchecked((int)0x80070013);
    private const int ReadOnly = 30;
    private const int NoSpace = 28;
    private const int TooLarge = 27;

    private static readonly bool IsWindows = OperatingSystem.IsWindows();
    private static readonly int WouldBlock = OperatingSystem.IsLinux() ? 11 : 35;
    private static readonly int QuotaExceeded = OperatingSystem.IsLinux() ? 122 : 69;

    /// <summary>True if there was no space: a full disk, a quota, or a file larger than the file system allows.</summary>
    // ENOSPC, EFBIG and EDQUOT; ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL and ERROR_DISK_QUOTA_EXCEEDED.
    public static bool IsFull(Exception error) => error is IOException && (IsWindows
        ? error.HResult is unchecked((int)0x80070027) or unchecked((int)0x80070070) or unchecked((int)0x8007050F)
        : error.HResult is NoSpace or TooLarge || error.HResult == QuotaExceeded);

    /// <summary>True if another handle has the file open or locked.</summary>
    public static bool IsInUse(Exception error) =>
        error is IOException && (IsWindows ? error.HResult is SharingViolation or LockViolation : error.HResult == WouldBlock);

    /// <summary>True if there is an entry of the name already.</summary>
    public static bool IsExisting(Exception error) => error is IOException && (IsWindows
        ? error.HResult is unchecked((int)0x80070050) or unchecked((int)0x800700B7)
        : error.HResult == Exists);

    /// <summary>True for the error number that means that another handle has locked the file.</summary>
    public static bool IsLocked(int number) => number == (IsWindows ? LockViolation & 0xFFFF : WouldBlock);

    /// <summary>The exception for a file that another handle has locked.</summary>
    public static IOException Locked(string path) =>
        new($"The file '{path}' is locked by another process.", IsWindows ? LockViolation : WouldBlock);

    /// <summary>True if the file system is read-only.</summary>
    public static bool IsReadOnly(Exception error) => error is IOException && error.HResult == (IsWindows ? WindowsReadOnly : ReadOnly);

    /// <summary>The typed error for a failure whose cause has its own name; null for all other causes.</summary>
    /// <param name="error">The exception of the file system.</param>
    /// <param name="path">The file or folder.</param>
    public static ImagePusherException? Classify(Exception error, string path) => error switch
    {
        _ when IsFull(error) => new InsufficientSpaceException(
            $"There is not enough space on the disk for '{path}'.",
            "Free space on that disk, or use a folder on another disk.",
            error),
        _ when IsReadOnly(error) => new AccessDeniedException(
            $"Access to '{path}' is denied: the file system is read-only.", "Use a folder that you can write to.", error),
        _ when IsInUse(error) => InUse(path, error),
        NotRegularFileException other => new InvalidOptionException(
            $"'{path}' is {FileKindLookup.Describe(other.Kind)}, not a regular file.", "Specify a regular file.", error),
        UnauthorizedAccessException => new AccessDeniedException(
            $"Access to '{path}' is denied.", "Grant this user read and write access to it, or use another folder.", error),
        FileNotFoundException or DirectoryNotFoundException => new PathNotFoundException(
            $"'{path}' does not exist.", "Check the path; a relative path starts at the current folder.", error),
        _ => null,
    };

    /// <summary>The error for a file that another process has open.</summary>
    public static AccessDeniedException InUse(string path, Exception? inner) => new(
        $"'{path}' is in use by another process.", "Close the program that has the file open, then try again.", inner);

    /// <summary>The system's reason without its period, for a sentence that names the path already.</summary>
    public static string Reason(Exception error)
    {
        // .NET has the path within these two messages, and appends it to the others.
        var message = error switch
        {
            UnauthorizedAccessException when error.Message.StartsWith("Access to the path", StringComparison.Ordinal) => "access is denied",
            DirectoryNotFoundException => "its folder does not exist",
            _ => error.Message,
        };
        var path = message.IndexOf(" : '", StringComparison.Ordinal);
        return (path > 0 ? message[..path] : message).TrimEnd('.');
    }
}
