using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.IO;

/// <summary>
/// Copies the owner, mode, access-control list and extended attributes of a file to its replacement. If the owner or group can't be
/// preserved, no user gets additional rights.
/// </summary>
/// <remarks>Lists and attributes on Linux; macOS keeps the owner and mode, and Windows everything by its own call.</remarks>
internal static class FileAttributeCopy
{
    private const int MaximumNames = 64 * 1024;
    private const int MaximumValue = 64 * 1024;
    private const uint Unchanged = uint.MaxValue;
    private const UnixFileMode Special = UnixFileMode.SetUser | UnixFileMode.SetGroup;
    private const UnixFileMode GroupBits = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;

    /// <summary>Copies the attributes of a file.</summary>
    /// <param name="from">The file that is replaced.</param>
    /// <param name="status">Its status.</param>
    /// <param name="to">The file that replaces it, so far for the current user alone.</param>
    /// <exception cref="UnauthorizedAccessException">Its access-control list can't be kept.</exception>
    public static void Copy(SafeFileHandle from, FileStatus status, SafeFileHandle to)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var (source, target) = ((int)from.DangerousGetHandle(), (int)to.DangerousGetHandle());
        if (ChangeOwner(target, status.Owner, status.Group) != 0)
        {
            _ = ChangeOwner(target, Unchanged, status.Group);
        }

        if (OperatingSystem.IsLinux())
        {
            CopyAttributes(source, target);
        }

        var reached = FileStatus.Of(to);
        var mode = status.Mode;
        if (reached.Owner != status.Owner || reached.Group != status.Group)
        {
            mode &= ~Special;
        }

        // The members of another group had the rights of others.
        File.SetUnixFileMode(
            to, reached.Group == status.Group ? mode : (mode & ~GroupBits) | (UnixFileMode)(((int)mode & 7) << 3));
    }

    private static void CopyAttributes(int source, int target)
    {
        var names = new byte[MaximumNames];
        var length = (int)ListAttributes(source, names, names.Length);
        var value = new byte[MaximumValue];
        for (var start = 0; start < length;)
        {
            var end = start + names.AsSpan(start, length - start).IndexOf((byte)0) + 1;
            if (end <= start)
            {
                return;
            }

            var name = names[start..end];
            start = end;
            var size = (int)GetAttribute(source, name, value, value.Length);
            if ((size < 0 || SetAttribute(target, name, value, size, 0) != 0) && name.AsSpan().StartsWith("system."u8))
            {
                // Without its list, the mode would mean other rights.
                throw new UnauthorizedAccessException(
                    $"The attribute {Encoding.UTF8.GetString(name).TrimEnd('\0')}, an access-control list, can't be kept.");
            }
        }
    }

    [DllImport("libc", EntryPoint = "fchown", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ChangeOwner(int descriptor, uint owner, uint group);

    [DllImport("libc", EntryPoint = "flistxattr", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint ListAttributes(int descriptor, byte[] names, nint size);

    [DllImport("libc", EntryPoint = "fgetxattr", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint GetAttribute(int descriptor, byte[] name, byte[] value, nint size);

    [DllImport("libc", EntryPoint = "fsetxattr", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetAttribute(int descriptor, byte[] name, byte[] value, nint size, int flags);
}
