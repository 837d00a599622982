using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.IO;

/// <summary>Exclusive locks on open files, compatible with those that .NET takes for FileShare.None.</summary>
/// <remarks>flock(2). The setting that disables the locks of .NET disables these too.</remarks>
internal static class FileLocking
{
    private const int ExclusiveNonBlocking = 2 | 4;

    private static readonly int WouldBlock = OperatingSystem.IsLinux() ? 11 : 35;

    private static readonly bool IsDisabled =
        (AppContext.TryGetSwitch("System.IO.DisableFileLocking", out var isSet) && isSet)
        || Environment.GetEnvironmentVariable("DOTNET_SYSTEM_IO_DISABLEFILELOCKING") is "1" or "true" or "True";

    /// <summary>Locks an open file until it is closed; false if another handle has it locked.</summary>
    /// <remarks>A file system without locks is treated as one where the lock succeeds, as .NET does.</remarks>
    public static bool TryLock(SafeFileHandle handle) =>
        IsDisabled || Lock((int)handle.DangerousGetHandle(), ExclusiveNonBlocking) == 0 || Marshal.GetLastPInvokeError() != WouldBlock;

    /// <summary>The exception for a file that another handle has locked.</summary>
    public static IOException Busy(string path) => new($"The file '{path}' is locked by another process.", WouldBlock);

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Lock(int descriptor, int operation);
}
