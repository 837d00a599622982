using ImagePusher.Core.Abstractions;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.IO;

/// <summary>
/// Brings the names in a folder to the disk, which the flush of a file does not: after a power cut a file that was renamed
/// may otherwise be gone, though what was written later is there.
/// </summary>
/// <remarks>fsync(2). .NET opens no folders, so the system is called for it; on Windows nothing is done.</remarks>
internal static class FolderFlush
{
    /// <summary>Flushes a folder; where that is not possible nothing happens.</summary>
    public static void Of(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // O_RDONLY and O_CLOEXEC.
        var descriptor = Open(System.Text.Encoding.UTF8.GetBytes(path + '\0'), OperatingSystem.IsLinux() ? 0x80000 : 0x1000000);
        if (descriptor < 0)
        {
            return;
        }

        using (new SafeFileHandle(descriptor, ownsHandle: true))
        {
            _ = Flush(descriptor);
        }
    }

    [DllImport("libc", EntryPoint = "open")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Flush(int descriptor);
}
