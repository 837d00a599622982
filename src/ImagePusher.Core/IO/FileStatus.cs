using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.IO;

/// <summary>The type, size, owner and times of a directory entry.</summary>
/// <param name="Kind">The type of the entry.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="Mode">The permission bits; all of them on Windows.</param>
/// <param name="Owner">The user id; 0 on Windows.</param>
/// <param name="Group">The group id; 0 on Windows.</param>
/// <param name="Links">The number of hard links; 1 on Windows.</param>
/// <param name="Modified">The time of the last change of the content.</param>
/// <param name="Changed">The time of the last change of content, name or attributes, which programs cannot set. On Windows the same as
/// Modified.</param>
/// <param name="Birth">The time at which the entry was created; null if the file system does not record it.</param>
/// <param name="Id">The inode number; 0 on Windows.</param>
internal sealed record FileStatus(
    FileKind Kind,
    long Size,
    UnixFileMode Mode,
    uint Owner,
    uint Group,
    uint Links,
    DateTimeOffset Modified,
    DateTimeOffset Changed,
    DateTimeOffset? Birth,
    ulong Id)
{
    private const UnixFileMode AllBits = (UnixFileMode)0x1FF;

    /// <summary>The latest of all times: a copy that preserves the modification time cannot make a file look old.</summary>
    public DateTimeOffset Latest
    {
        get
        {
            var latest = Modified > Changed ? Modified : Changed;
            return Birth > latest ? Birth.Value : latest;
        }
    }

    /// <summary>True if the group may write to the entry.</summary>
    public bool IsGroupWritable => !OperatingSystem.IsWindows() && Mode.HasFlag(UnixFileMode.GroupWrite);

    /// <summary>Reads the status of an entry.</summary>
    /// <param name="path">The entry.</param>
    /// <param name="followLinks">True to read what a symbolic link points to.</param>
    /// <returns>Null if there is no such entry, or a followed link points to nothing.</returns>
    /// <exception cref="IOException">The status cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A parent folder cannot be searched.</exception>
    public static FileStatus? Of(string path, bool followLinks = false) =>
        OperatingSystem.IsLinux() ? LinuxStatus.Read(path, followLinks)
        : OperatingSystem.IsMacOS() ? MacStatus.Read(path, followLinks)
        : Managed(path, followLinks);

    /// <summary>Reads the status of an open file.</summary>
    public static FileStatus Of(SafeFileHandle handle)
    {
        if (OperatingSystem.IsLinux())
        {
            return LinuxStatus.Read(handle);
        }

        if (OperatingSystem.IsMacOS())
        {
            return MacStatus.Read(handle);
        }

        var written = File.GetLastWriteTimeUtc(handle);
        return new FileStatus(
            FileKind.Regular, RandomAccess.GetLength(handle), AllBits, 0, 0, 1, written, written, File.GetCreationTimeUtc(handle), 0);
    }

    private static FileStatus? Managed(string path, bool followLinks)
    {
        FileSystemInfo entry = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        if (!entry.Exists && entry.LinkTarget is null)
        {
            return null;
        }

        if (entry.LinkTarget is not null)
        {
            if (followLinks)
            {
                return entry.ResolveLinkTarget(returnFinalTarget: true) is { Exists: true } target
                    ? Managed(target.FullName, followLinks: false) : null;
            }

            return Create(entry, FileKind.SymbolicLink, 0);
        }

        return entry is FileInfo file ? Create(file, FileKind.Regular, file.Length) : Create(entry, FileKind.Directory, 0);
    }

    private static FileStatus Create(FileSystemInfo entry, FileKind kind, long size) =>
        new(kind, size, AllBits, 0, 0, 1, entry.LastWriteTimeUtc, entry.LastWriteTimeUtc, entry.CreationTimeUtc, 0);
}
