namespace ImagePusher.Core.Archives;

/// <summary>The files of an archive, be it a tar or a folder.</summary>
/// <param name="path">The archive's path, for messages.</param>
internal abstract class ArchiveFiles(string path) : IDisposable
{
    /// <summary>The archive's path, for messages.</summary>
    public string Path { get; } = path;

    /// <summary>Finds a file by its name; links are followed. Null if there is none.</summary>
    /// <exception cref="InvalidImageArchiveException">The name or a link leads out of the archive, or links go round in a circle.</exception>
    public abstract ArchivedFile? Find(string name);

    /// <summary>Opens a file at an offset; several may be open at once, also of one file.</summary>
    /// <param name="file">What <see cref="Find"/> gave.</param>
    /// <param name="offset">Where to start, in bytes from the file's start.</param>
    /// <param name="count">Told how many bytes each read gave; null if nobody counts.</param>
    public abstract Stream Open(ArchivedFile file, long offset, Action<int>? count = null);

    /// <summary>The first bytes of a file.</summary>
    public byte[] Head(ArchivedFile file, int length)
    {
        using var stream = Open(file, 0);
        var head = new byte[Math.Min(length, file.Length)];
        stream.ReadExactly(head);
        return head;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes what is open.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>The normal form of a name.</summary>
    /// <exception cref="InvalidImageArchiveException">The name leads out of the archive.</exception>
    protected string Inside(string name, string folder = "") =>
        ArchivePath.Normalise(name, folder)
        ?? throw ArchiveProblem.Damaged(Path, $"the path '{Shorten(name)}' leads out of it");

    /// <summary>A name that is fit for a message.</summary>
    internal static string Shorten(string name) => name.Length <= 200 ? name : name[..200] + "…";
}
