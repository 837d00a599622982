using ImagePusher.Core.IO;

namespace ImagePusher.Core.Archives;

/// <summary>The files of a directory.</summary>
/// <param name="path">The directory.</param>
internal sealed class DirectoryContainer(string path) : ArchiveContainer(path)
{
    /// <inheritdoc/>
    public override ArchiveEntry? Find(string name)
    {
        name = Normalize(name);

        // On Windows other names could lead out of the directory, to a device or to an alternate stream.
        var isSafe = OperatingSystem.IsWindows() ? WindowsFileNames.IsOrdinary(name) : !name.Contains('\0', StringComparison.Ordinal);
        if (!isSafe)
        {
            return null;
        }

        var full = FullName(name);
        if (FileKindLookup.OfEntry(full) is (FileKind.NamedPipe or FileKind.Socket or FileKind.Device) and var kind)
        {
            throw ArchiveErrors.Damaged(Path, $"'{name}' is {FileKindLookup.Describe(kind)}");
        }

        return FileLength.Of(full) is { } length ? new ArchiveEntry(name, 0, length) : null;
    }

    /// <inheritdoc/>
    public override Stream Open(ArchiveEntry entry, long offset, Action<int>? progress = null)
    {
        if (offset >= entry.Length)
        {
            return Stream.Null;
        }

        var full = FullName(entry.Name);
        try
        {
            var handle = RegularFile.OpenRead(full);
            return new FileRangeStream(
                handle, offset, entry.Length - offset, error => ArchiveErrors.Changed(full, error), progress, ownsFile: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw ArchiveErrors.Unreadable(full, error);
        }
    }

    private string FullName(string name) => System.IO.Path.Combine(Path, name.Replace('/', System.IO.Path.DirectorySeparatorChar));
}
