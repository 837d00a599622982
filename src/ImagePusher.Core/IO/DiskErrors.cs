namespace ImagePusher.Core.IO;

/// <summary>Recognises the failures of a disk by the error numbers of the operating system.</summary>
internal static class DiskErrors
{
    /// <summary>True if the disk or the quota is full, or the file is larger than the file system allows.</summary>
    /// <remarks>ENOSPC, EFBIG and EDQUOT; ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL and ERROR_DISK_QUOTA_EXCEEDED.</remarks>
    public static bool IsFull(Exception error) => error is IOException && (OperatingSystem.IsWindows()
        ? error.HResult is unchecked((int)0x80070027) or unchecked((int)0x80070070) or unchecked((int)0x8007050F)
        : error.HResult is 28 or 27 || error.HResult == (OperatingSystem.IsLinux() ? 122 : 69));

    /// <summary>True if the file system is mounted read-only or the medium is write-protected.</summary>
    /// <remarks>EROFS; ERROR_WRITE_PROTECT.</remarks>
    public static bool IsReadOnly(Exception error) => error is IOException
        && (OperatingSystem.IsWindows() ? error.HResult == unchecked((int)0x80070013) : error.HResult == 30);

    /// <summary>True if a file could not be opened or replaced because another process has it open or locked.</summary>
    /// <remarks>EAGAIN; ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION.</remarks>
    public static bool IsInUse(Exception error) => error is IOException && (OperatingSystem.IsWindows()
        ? error.HResult is unchecked((int)0x80070020) or unchecked((int)0x80070021)
        : error.HResult == (OperatingSystem.IsLinux() ? 11 : 35));
}
