using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.IO;

/// <summary>
/// A folder below a root, held open while an entry of it is created, renamed or deleted. No part of the way from the root is a symbolic
/// link, and one that replaces a part of it afterwards does not lead elsewhere: paths go through the open folder.
/// </summary>
/// <remarks>openat(2) with O_NOFOLLOW on Linux where /proc is mounted; elsewhere paths are used unchanged.</remarks>
internal sealed class OpenFolder : IDisposable
{
    private static readonly int Held = OpenFlags.PathOnly | OpenFlags.FolderOnly | OpenFlags.CloseOnExec;
    private static readonly bool IsSupported = OperatingSystem.IsLinux() && Directory.Exists("/proc/self/fd");

    private readonly SafeFileHandle? _handle;

    private OpenFolder(string path, SafeFileHandle? handle) =>
        (Path, _handle) = (handle is null ? path : $"/proc/self/fd/{(int)handle.DangerousGetHandle()}", handle);

    /// <summary>The path to use for the folder.</summary>
    public string Path { get; }

    /// <summary>Holds a folder.</summary>
    /// <param name="root">The root, wherever it leads.</param>
    /// <param name="folder">The root or a folder below it.</param>
    /// <exception cref="NotRegularFileException">A part of the way from the root is a symbolic link or no folder.</exception>
    /// <exception cref="IOException">There is no such folder, or it cannot be opened.</exception>
    public static OpenFolder Open(string root, string folder)
    {
        if (!IsSupported)
        {
            return new OpenFolder(folder, null);
        }

        var (path, handle) = (root, Checked(OpenAt(-100, Text(root), Held), root));
        foreach (var part in System.IO.Path.GetRelativePath(root, folder).Split('/').Where(static part => part != "."))
        {
            using var parent = handle;
            path = System.IO.Path.Combine(path, part);
            handle = Checked(OpenAt((int)parent.DangerousGetHandle(), Text(part), Held | OpenFlags.NoFollow), path);
        }

        return new OpenFolder(folder, handle);
    }

    /// <summary>The path to use for an entry of the folder.</summary>
    public string Entry(string path) => System.IO.Path.Combine(Path, System.IO.Path.GetFileName(path));

    public void Dispose() => _handle?.Dispose();

    private static byte[] Text(string path) => Encoding.UTF8.GetBytes(path + '\0');

    private static SafeFileHandle Checked(int descriptor, string path)
    {
        if (descriptor >= 0)
        {
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }

        var error = UnixErrors.Create(Marshal.GetLastPInvokeError(), path);
        throw FileStatus.Of(path) is { Kind: not FileKind.Directory and var kind } ? new NotRegularFileException(path, kind) : error;
    }

    [DllImport("libc", EntryPoint = "openat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenAt(int folder, byte[] path, int flags);
}
