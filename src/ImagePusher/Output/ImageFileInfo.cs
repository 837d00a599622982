using ImagePusher.Core.Inspection;

namespace ImagePusher.Output;

/// <summary>A file, folder or link in an image.</summary>
public sealed class ImageFileInfo
{
    /// <summary>The full name of the image.</summary>
    public required string Reference { get; init; }

    /// <summary>The path from the root of the image.</summary>
    public required string Path { get; init; }

    /// <summary>File, Directory, SymbolicLink, HardLink, CharacterDevice, BlockDevice or Fifo.</summary>
    public required string Type { get; init; }

    /// <summary>The size of the content in bytes; 0 for anything that is not a file.</summary>
    public long Size { get; init; }

    /// <summary>Kind and permissions, as <c>ls -l</c> shows them.</summary>
    public required string Mode { get; init; }

    /// <summary>The number of the user.</summary>
    public long UserId { get; init; }

    /// <summary>The number of the group.</summary>
    public long GroupId { get; init; }

    /// <summary>The target of a symbolic link or hard link; null for anything else.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>The time of the last change; null if the layer does not state it.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>The digest of the layer that added it.</summary>
    public required string LayerDigest { get; init; }

    /// <summary>The path.</summary>
    public override string ToString() => Path;

    internal static ImageFileInfo Of(string reference, ImageFiles files, FileNode node) => new()
    {
        Reference = OutputText.Of(reference),
        Path = OutputText.Of(node.Path),
        Type = (node.HardLink is not null ? LayerEntryKind.HardLink : node.Entry?.Kind ?? LayerEntryKind.Directory).ToString(),
        Size = node.Entry?.Size ?? 0,
        Mode = FileModeText.Of(node),
        UserId = node.Entry?.UserId ?? 0,
        GroupId = node.Entry?.GroupId ?? 0,
        LinkTarget = OutputText.Of(node.HardLink ?? (node.Entry is { Kind: LayerEntryKind.SymbolicLink } link ? link.Link : null)),
        Modified = node.Entry?.Modified,
        LayerDigest = files.LayerOf(node.Layer).Digest.ToString(),
    };
}
