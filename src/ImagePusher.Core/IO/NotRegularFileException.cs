namespace ImagePusher.Core.IO;

/// <summary>An entry that must be a regular file and is a link, a named pipe, a socket, a device or a folder.</summary>
internal sealed class NotRegularFileException(string path, FileKind kind)
    : IOException($"'{path}' is {FileKindLookup.Describe(kind)}, not a regular file.")
{
    public FileKind Kind { get; } = kind;

    public string Path { get; } = path;
}
