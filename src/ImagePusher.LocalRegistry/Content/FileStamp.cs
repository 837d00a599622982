using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.LocalRegistry.Content;

/// <summary>Identifies the content of a file without reading it. Only the system can set the change time.</summary>
internal readonly record struct FileStamp(ulong Device, ulong Inode, long Size, long Modified, long Changed)
{
    private const int CurrentFolder = -100;
    private const int DoNotFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicFields = 0x7ff;
    private const int TypeMask = 0xf000;
    private const int RegularType = 0x8000;
    private const int BasicInfoClass = 0;
    private const long UnixEpochFileTime = 116_444_736_000_000_000;

    /// <summary>Nanoseconds since 1970 of the later of both times.</summary>
    public long Newest => Math.Max(Modified, Changed);

    /// <summary>Reads the stamp of a path itself, not of what a link leads to.</summary>
    /// <returns>True for a regular file; null where the system cannot say, and then the stamp is unknown too.</returns>
    public static bool? IsRegular(string path, out FileStamp stamp) =>
        Query(CurrentFolder, Encoding.UTF8.GetBytes(path + '\0'), DoNotFollow, out stamp);

    /// <summary>Reads the stamp of an open file; null where the system has no change time.</summary>
    public static FileStamp? Of(SafeFileHandle handle)
    {
        if (OperatingSystem.IsWindows())
        {
            return GetFileInformationByHandleEx(handle, BasicInfoClass, out var info, Marshal.SizeOf<BasicInfo>())
                ? new FileStamp(0, 0, RandomAccess.GetLength(handle), FromFileTime(info.LastWrite), FromFileTime(info.Change))
                : null;
        }

        var isAdded = false;
        try
        {
            handle.DangerousAddRef(ref isAdded);
            return Query((int)handle.DangerousGetHandle(), [0], EmptyPath, out var stamp) is null ? null : stamp;
        }
        finally
        {
            if (isAdded)
            {
                handle.DangerousRelease();
            }
        }
    }

    private static bool? Query(int folder, byte[] path, int flags, out FileStamp stamp)
    {
        stamp = default;
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            if (Statx(folder, path, flags, BasicFields, out var found) != 0)
            {
                return false;
            }

            stamp = new FileStamp(
                found.Device, found.Inode, (long)found.Size, Nanoseconds(found.ModifiedSeconds, found.ModifiedNanoseconds),
                Nanoseconds(found.ChangedSeconds, found.ChangedNanoseconds));
            return (found.Mode & TypeMask) == RegularType;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library without statx(2).
            return null;
        }
    }

    private static long Nanoseconds(long seconds, uint nanoseconds) => (seconds * 1_000_000_000) + nanoseconds;

    private static long FromFileTime(long time) => (time - UnixEpochFileTime) * 100;

    [DllImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(int folder, byte[] path, int flags, uint mask, out StatxResult result);

    [DllImport("kernel32", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool GetFileInformationByHandleEx(SafeFileHandle handle, int kind, out BasicInfo info, int size);

    // struct statx of linux/stat.h.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatxResult
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(96)]
        public long ChangedSeconds;

        [FieldOffset(104)]
        public uint ChangedNanoseconds;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;

        [FieldOffset(136)]
        public ulong Device;
    }

    // FILE_BASIC_INFO of winbase.h.
    [StructLayout(LayoutKind.Sequential)]
    private struct BasicInfo
    {
        public long Creation;
        public long LastAccess;
        public long LastWrite;
        public long Change;
        public uint Attributes;
    }
}
