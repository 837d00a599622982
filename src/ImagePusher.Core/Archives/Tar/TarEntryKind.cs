namespace ImagePusher.Core.Archives.Tar;

/// <summary>The kinds of tar entries that an image archive distinguishes.</summary>
internal enum TarEntryKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory, or a file whose name ends in '/'.</summary>
    Directory,

    /// <summary>A link to another entry by its name in the archive.</summary>
    HardLink,

    /// <summary>A link to another entry by a path from the link's own directory.</summary>
    SymbolicLink,

    /// <summary>A file that is stored without its holes, which is not read.</summary>
    SparseFile,

    /// <summary>A device, a FIFO, a volume label or a kind of its own.</summary>
    Other,
}
