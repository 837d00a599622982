namespace ImagePusher.Core.Archives;

/// <summary>The files of an archive: those of a tar, or of a directory.</summary>
/// <param name="path">The archive's path, for messages.</param>
internal abstract class ArchiveContainer(string path) : IDisposable
{
    /// <summary>The archive's path, for messages.</summary>
    public string Path { get; } = path;

    /// <summary>Finds a file by its name; links are followed. Null if it does not exist.</summary>
    /// <exception cref="InvalidImageArchiveException">The name or a link leads out of the archive, or links form a cycle.</exception>
    public abstract ArchiveEntry? Find(string name);

    /// <summary>Completes the sentence "NAME …" about a file that <see cref="Find"/> did not find.</summary>
    public virtual string ExplainMissing(string name) => "is missing";

    /// <summary>Opens a file at an offset. Several may be open at once, also of one file.</summary>
    /// <param name="entry">The result of <see cref="Find"/>.</param>
    /// <param name="offset">The offset to start at, in bytes from the start of the file.</param>
    /// <param name="progress">Receives the number of bytes of each read; null if they are not counted.</param>
    public abstract Stream Open(ArchiveEntry entry, long offset, Action<int>? progress = null);

    /// <summary>The first bytes of a file.</summary>
    public byte[] ReadHead(ArchiveEntry entry, int length)
    {
        using var stream = Open(entry, 0);
        var head = new byte[Math.Min(length, entry.Length)];
        stream.ReadExactly(head);
        return head;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes open files.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>The normal form of a name.</summary>
    /// <exception cref="InvalidImageArchiveException">The name leads out of the archive.</exception>
    protected string Normalize(string name) => ArchivePath.Normalize(name) ?? throw ArchiveErrors.OutsideFolder(Path, name);
}
