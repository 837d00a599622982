using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.IO;

/// <summary>
/// Flushes the names in a directory to the disk, which flushing a file does not do: otherwise a renamed file may be lost after a power
/// cut although what was written later is present.
/// </summary>
/// <remarks>fsync(2). .NET can't open directories, so the C library is called; on Windows nothing is done.</remarks>
internal static class FolderFlush
{
    /// <summary>Flushes a directory; where that is not possible nothing happens.</summary>
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
