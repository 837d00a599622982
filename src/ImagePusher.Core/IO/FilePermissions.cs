using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.IO;

/// <summary>The permissions that new files and folders get; nothing of it applies on Windows.</summary>
/// <param name="Folder">The mode of a new folder.</param>
/// <param name="Group">The group that new entries are given, and then the umask is not applied; null to leave both as they are.</param>
internal sealed record FilePermissions(UnixFileMode Folder, uint? Group)
{
    private const UnixFileMode ReadWrite = (UnixFileMode)0x1B6;
    private const uint Unchanged = uint.MaxValue;

    /// <summary>For the current user alone.</summary>
    public static FilePermissions Private { get; } =
        new(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, null);

    /// <summary>The mode of a new file.</summary>
    public UnixFileMode File => Folder & ReadWrite;

    /// <summary>The permissions of entries in a folder: its own mode; in a group-writable folder its group too.</summary>
    public static FilePermissions Within(FileStatus folder) =>
        new(folder.Mode & (UnixFileMode)0x5FF, folder.IsGroupWritable ? folder.Group : null);

    /// <summary>Sets the group and exact mode of a new file.</summary>
    public void ApplyTo(SafeFileHandle handle)
    {
        if (OperatingSystem.IsWindows() || Group is not { } group)
        {
            return;
        }

        // Only the mode decides whether the others can use the file; the group needs membership and may fail.
        _ = ChangeOwner((int)handle.DangerousGetHandle(), Unchanged, group);
        System.IO.File.SetUnixFileMode(handle, File);
    }

    /// <summary>Creates a folder, with its parents, if it does not exist.</summary>
    public void CreateFolder(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, Folder);
        if (Group is { } group)
        {
            _ = ChangeLinkOwner(Encoding.UTF8.GetBytes(path + '\0'), Unchanged, group);
            System.IO.File.SetUnixFileMode(path, Folder);
        }
    }

    [DllImport("libc", EntryPoint = "fchown", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ChangeOwner(int descriptor, uint owner, uint group);

    [DllImport("libc", EntryPoint = "lchown", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ChangeLinkOwner(byte[] path, uint owner, uint group);
}
