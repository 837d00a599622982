using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Archives;

/// <summary>The files of a folder.</summary>
/// <param name="path">The folder.</param>
internal sealed class FolderFiles(string path) : ArchiveFiles(path)
{
    /// <inheritdoc/>
    public override ArchivedFile? Find(string name)
    {
        name = Inside(name);

        // On Windows the last two could lead out of the folder; no blob's name has any of them.
        if (name.AsSpan().ContainsAny('\0', '\\', ':'))
        {
            return null;
        }

        return FileLength.Of(new FileInfo(FullName(name))) is { } length ? new ArchivedFile(name, 0, length) : null;
    }

    /// <inheritdoc/>
    public override Stream Open(ArchivedFile file, long offset, Action<int>? count = null)
    {
        var full = FullName(file.Name);
        try
        {
            var handle = File.OpenHandle(full, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.Asynchronous);
            return new FileRangeStream(handle, offset, file.Length - offset, error => ArchiveProblem.Changed(full, error), count, ownsFile: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw ArchiveProblem.Unreadable(full, error);
        }
    }

    private string FullName(string name) => System.IO.Path.Combine(Path, name.Replace('/', System.IO.Path.DirectorySeparatorChar));
}
