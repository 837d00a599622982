namespace ImagePusher.Core.Inspection;

/// <summary>An entry of a layer.</summary>
/// <param name="Path">The path from the root without a leading slash; empty for the root.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Size">The size of a file's content in bytes.</param>
internal sealed record LayerEntry(string Path, LayerEntryKind Kind, long Size)
{
    /// <summary>The position of the entry in its layer.</summary>
    public int Ordinal { get; init; }

    /// <summary>The permissions with setuid, setgid and sticky bit.</summary>
    public int Mode { get; init; }

    public long UserId { get; init; }

    public long GroupId { get; init; }

    /// <summary>The time of the last change; null if the header has none that can be represented.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>The target of a link as the layer has it; empty for other kinds.</summary>
    public string Link { get; init; } = "";

    /// <summary>True if the layer names it by an absolute path or with '..'; it is not written to a disk.</summary>
    public bool HasUnsafeName { get; init; }

    /// <summary>The SHA-256 of the content; null if it was not computed.</summary>
    public byte[]? Hash { get; init; }
}

/// <summary>The kinds of entries of a layer.</summary>
internal enum LayerEntryKind
{
    File,
    Directory,
    SymbolicLink,
    HardLink,
    CharacterDevice,
    BlockDevice,
    Fifo,
}
