namespace ImagePusher.Core.Inspection;

/// <summary>The kind and permissions of a file as <c>ls -l</c> shows them: <c>-rwxr-xr-x</c>.</summary>
internal static class FileModeText
{
    private const int DefaultLink = 0x1FF;

    public static string Of(FileNode node)
    {
        // A symbolic link has all permissions, regardless of its header.
        var mode = node.Entry is { Kind: LayerEntryKind.SymbolicLink } ? DefaultLink : node.Entry?.Mode ?? FolderTarget.DefaultMode;
        return string.Concat(
            KindOf(node), Three(mode >> 6, (mode & 0x800) != 0, 's'), Three(mode >> 3, (mode & 0x400) != 0, 's'),
            Three(mode, (mode & 0x200) != 0, 't'));
    }

    private static string KindOf(FileNode node) => node.Entry?.Kind switch
    {
        null or LayerEntryKind.Directory => "d",
        LayerEntryKind.SymbolicLink => "l",
        LayerEntryKind.CharacterDevice => "c",
        LayerEntryKind.BlockDevice => "b",
        LayerEntryKind.Fifo => "p",
        _ => "-",
    };

    private static string Three(int bits, bool isSpecial, char special) => string.Concat(
        (bits & 4) != 0 ? "r" : "-",
        (bits & 2) != 0 ? "w" : "-",
        isSpecial ? ((bits & 1) != 0 ? special : char.ToUpperInvariant(special)).ToString() : (bits & 1) != 0 ? "x" : "-");
}
