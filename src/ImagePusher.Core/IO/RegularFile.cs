using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.IO;

/// <summary>
/// Opens regular files only. A named pipe, socket or device is rejected instead of blocking, and where the file is to be
/// written a symbolic link is rejected instead of followed.
/// </summary>
/// <remarks>open(2) with O_NOFOLLOW and O_NONBLOCK, which .NET does not offer. On Windows the attributes are checked first.</remarks>
internal static class RegularFile
{
    private const FileShare ShareAll = FileShare.ReadWrite | FileShare.Delete;
    private const int Sequential = 2;

    private static readonly bool IsLinux = OperatingSystem.IsLinux();

    /// <summary>Opens a file for reading; others may write, replace or delete it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="followLinks">False to reject a symbolic link.</param>
    /// <exception cref="NotRegularFileException">The entry is not a regular file.</exception>
    public static SafeFileHandle OpenRead(string path, bool followLinks = true)
    {
        if (OperatingSystem.IsWindows())
        {
            ThrowIfNotRegular(path, followLinks);
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, ShareAll, FileOptions.Asynchronous);
        }

        return OpenUnix(path, OpenFlags.ReadOnly | (followLinks ? 0 : OpenFlags.NoFollow), default);
    }

    /// <summary>Opens a file as a stream for reading from its start to its end.</summary>
    public static FileStream OpenStream(string path)
    {
        var handle = OpenRead(path);
        if (IsLinux)
        {
            _ = Advise((int)handle.DangerousGetHandle(), 0, 0, Sequential);
        }

        return new FileStream(handle, FileAccess.Read, bufferSize: 0, handle.IsAsync);
    }

    /// <summary>Reads a small file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maximum">The maximum number of bytes to read.</param>
    /// <param name="followLinks">False to reject a symbolic link.</param>
    /// <returns>Null if the file does not exist or is larger.</returns>
    public static byte[]? ReadAll(string path, int maximum, bool followLinks = true)
    {
        using var handle = OpenIfExists(path, followLinks);
        if (handle is null)
        {
            return null;
        }

        var length = RandomAccess.GetLength(handle);
        if (length > maximum)
        {
            return null;
        }

        var bytes = new byte[length];
        var count = 0;
        for (int read; count < length && (read = RandomAccess.Read(handle, bytes.AsSpan(count), count)) > 0; count += read)
        {
        }

        return count == length ? bytes : bytes[..count];
    }

    /// <summary>Opens a file for reading; null if it does not exist, also if another process deletes it at this moment.</summary>
    /// <param name="path">The file.</param>
    /// <param name="followLinks">False to reject a symbolic link.</param>
    /// <exception cref="NotRegularFileException">The entry is not a regular file.</exception>
    public static SafeFileHandle? OpenIfExists(string path, bool followLinks = true)
    {
        if (FileStatus.Of(path, followLinks) is null)
        {
            return null;
        }

        try
        {
            return OpenRead(path, followLinks);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Creates a file that did not exist; nothing that an entry of that name points to is touched.</summary>
    /// <exception cref="IOException">There is an entry of that name.</exception>
    public static SafeFileHandle CreateNew(string path, FilePermissions permissions)
    {
        if (OperatingSystem.IsWindows())
        {
            return Lock(File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, ShareAll), path);
        }

        var handle = OpenUnix(path, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, permissions.File);
        permissions.ApplyTo(handle);
        return Lock(handle, path);
    }

    /// <summary>Opens a file for reading and writing, and creates it if it does not exist. No other handle may have it open so.</summary>
    /// <exception cref="IOException">Another handle has it open; <see cref="DiskErrors.IsInUse"/> is true for it.</exception>
    /// <exception cref="NotRegularFileException">The entry is a symbolic link or not a regular file.</exception>
    public static SafeFileHandle OpenExclusive(string path, FilePermissions? permissions)
    {
        if (OperatingSystem.IsWindows())
        {
            ThrowIfNotRegular(path, followLinks: false);
            var mode = permissions is null ? FileMode.Open : FileMode.OpenOrCreate;
            return Lock(File.OpenHandle(path, mode, FileAccess.ReadWrite, ShareAll), path);
        }

        if (permissions is not null && FileStatus.Of(path) is null)
        {
            try
            {
                return CreateNew(path, permissions);
            }
            catch (IOException error) when (DiskErrors.IsExisting(error))
            {
                // Another process created it just now.
            }
        }

        return Lock(OpenUnix(path, OpenFlags.ReadWrite | OpenFlags.NoFollow, default), path);
    }

    private static SafeFileHandle Lock(SafeFileHandle handle, string path)
    {
        if (FileLocking.TryLock(handle))
        {
            return handle;
        }

        handle.Dispose();
        throw DiskErrors.Locked(path);
    }

    private static SafeFileHandle OpenUnix(string path, int flags, UnixFileMode mode)
    {
        int descriptor;
        do
        {
            descriptor = Open(Encoding.UTF8.GetBytes(path + '\0'), flags | OpenFlags.NonBlocking | OpenFlags.CloseOnExec, (uint)mode);
        }
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == 4);

        if (descriptor < 0)
        {
            throw Failure(Marshal.GetLastPInvokeError(), path);
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        var kind = FileStatus.Of(handle).Kind;
        if (kind != FileKind.Regular)
        {
            handle.Dispose();
            throw new NotRegularFileException(path, kind);
        }

        return handle;
    }

    // A socket, a folder and a link fail to open with their own numbers; the error names what the entry is.
    private static Exception Failure(int number, string path)
    {
        var error = UnixErrors.Create(number, path);
        return error is IOException and not FileNotFoundException and not DirectoryNotFoundException
            && FileStatus.Of(path) is { Kind: not FileKind.Regular and var kind }
            ? new NotRegularFileException(path, kind)
            : error;
    }

    private static void ThrowIfNotRegular(string path, bool followLinks)
    {
        if (FileStatus.Of(path, followLinks) is { Kind: not FileKind.Regular and var kind })
        {
            throw new NotRegularFileException(path, kind);
        }
    }

    // Variadic in C: on arm64 of macOS variadic arguments go on the stack, after eight registers' worth of named ones.
    private static int Open(byte[] path, int flags, uint mode) =>
        IsLinux || !OpenFlags.IsArm ? OpenFile(path, flags, mode) : OpenFileOnStack(path, flags, 0, 0, 0, 0, 0, 0, mode);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenFile(byte[] path, int flags, uint mode);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenFileOnStack(byte[] path, int flags, nint a, nint b, nint c, nint d, nint e, nint f, uint mode);

    [DllImport("libc", EntryPoint = "posix_fadvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Advise(int descriptor, long offset, long length, int advice);
}
