using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.IO;

/// <summary>
/// Exclusive locks on open files. They do not depend on how a file is shared: a program that merely reads it, such as a backup
/// or a virus scanner, does not look like one that holds the lock.
/// </summary>
/// <remarks>
/// flock(2), compatible with the lock of .NET for FileShare.None; the setting that disables the locks of .NET disables these too.
/// On Windows LockFileEx, on a byte far behind the end, so that the content stays readable.
/// </remarks>
internal static class FileLocking
{
    private const int ExclusiveNonBlocking = 2 | 4;

    private const int Release = 8;

    private const int WindowsExclusiveNonBlocking = 2 | 1;
    private const int LockedByte = int.MaxValue;

    private static readonly bool IsDisabled =
        (AppContext.TryGetSwitch("System.IO.DisableFileLocking", out var isSet) && isSet)
        || Environment.GetEnvironmentVariable("DOTNET_SYSTEM_IO_DISABLEFILELOCKING") is "1" or "true" or "True";

    /// <summary>Locks an open file until it is closed; false if another handle has it locked.</summary>
    /// <remarks>A file system without locks is treated as one where the lock succeeds, as .NET does.</remarks>
    public static bool TryLock(SafeFileHandle handle) => OperatingSystem.IsWindows()
        ? TryLockByte(handle)
        : IsDisabled || Lock((int)handle.DangerousGetHandle(), ExclusiveNonBlocking) == 0
            || !DiskErrors.IsLocked(Marshal.GetLastPInvokeError());

    /// <summary>
    /// Unlocks a file that is about to be closed. Closing alone is not enough: a child process that is being started has a copy of the
    /// handle for a moment, and the lock with it.
    /// </summary>
    public static void Unlock(SafeFileHandle handle)
    {
        if (!OperatingSystem.IsWindows() && !handle.IsClosed)
        {
            _ = Lock((int)handle.DangerousGetHandle(), Release);
        }
    }

    [SupportedOSPlatform("windows")]
    private static bool TryLockByte(SafeFileHandle handle)
    {
        var place = new NativeOverlapped { OffsetLow = LockedByte, OffsetHigh = LockedByte };
        return LockFileEx(handle, WindowsExclusiveNonBlocking, 0, 1, 0, ref place)
            || !DiskErrors.IsLocked(Marshal.GetLastPInvokeError());
    }

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Lock(int descriptor, int operation);

    [DllImport("kernel32.dll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool LockFileEx(
        SafeFileHandle file, int flags, int reserved, int lengthLow, int lengthHigh, ref NativeOverlapped place);
}
