namespace ImagePusher.Core.IO;

/// <summary>The type of a directory entry.</summary>
internal enum FileKind
{
    Regular,
    Directory,
    SymbolicLink,
    NamedPipe,
    Socket,
    Device,
}

/// <summary>Names and reads file types.</summary>
internal static class FileKindLookup
{
    /// <summary>The type that the format bits of st_mode give (POSIX, sys/stat.h).</summary>
    public static FileKind OfMode(uint mode) => (mode & 0xF000) switch
    {
        0x8000 => FileKind.Regular,
        0x4000 => FileKind.Directory,
        0xA000 => FileKind.SymbolicLink,
        0x1000 => FileKind.NamedPipe,
        0xC000 => FileKind.Socket,
        _ => FileKind.Device,
    };

    /// <summary>
    /// The type of an entry, also behind a link: opening a named pipe, socket or device could block or have an effect. Null if it
    /// does not exist or cannot be read.
    /// </summary>
    public static FileKind? OfEntry(string path)
    {
        if (WindowsFileNames.IsNamedPipe(path))
        {
            return FileKind.NamedPipe;
        }

        try
        {
            return FileStatus.Of(path, followLinks: true)?.Kind;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The type in words, with its article.</summary>
    public static string Describe(FileKind kind) => kind switch
    {
        FileKind.Regular => "a regular file",
        FileKind.Directory => "a folder",
        FileKind.SymbolicLink => "a symbolic link",
        FileKind.NamedPipe => "a named pipe",
        FileKind.Socket => "a socket",
        _ => "a device",
    };
}
