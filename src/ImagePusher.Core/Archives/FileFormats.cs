namespace ImagePusher.Core.Archives;

/// <summary>Tells formats by their first bytes.</summary>
internal static class FileFormats
{
    /// <summary>How many bytes tell every format.</summary>
    public const int HeadLength = TarHeader.BlockSize;

    /// <summary>The format that these first bytes begin. A tar goes first: the name in its header may look like another format.</summary>
    public static FileFormat Of(ReadOnlySpan<byte> head) =>
        TarHeader.IsHeader(head) || (head.Length == HeadLength && !head.ContainsAnyExcept((byte)0)) ? FileFormat.Tar
        : Compression(head) is not FileFormat.Unknown and var compression ? compression
        : head.StartsWith((ReadOnlySpan<byte>)[0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]) ? FileFormat.Xz
        : head.StartsWith("BZh"u8) ? FileFormat.Bzip2
        : head.StartsWith((ReadOnlySpan<byte>)[0x04, 0x22, 0x4D, 0x18]) ? FileFormat.Lz4
        : head.StartsWith("PK\u0003\u0004"u8) ? FileFormat.Zip
        : head.StartsWith((ReadOnlySpan<byte>)[(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C]) ? FileFormat.SevenZip
        : FileFormat.Unknown;

    /// <summary>Gzip or Zstd, the formats that layers are compressed in; Unknown for all else.</summary>
    public static FileFormat Compression(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) ? FileFormat.Gzip
        : head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]) ? FileFormat.Zstd
        : FileFormat.Unknown;

    /// <summary>Refuses a file that is neither a tar nor one compressed by gzip or zstd.</summary>
    /// <exception cref="InvalidImageArchiveException">The recommended action names the command that helps.</exception>
    public static void Refuse(FileFormat format, string path)
    {
        var (name, tool) = format switch
        {
            FileFormat.Xz => ("xz", "xz -d"),
            FileFormat.Bzip2 => ("bzip2", "bzip2 -d"),
            FileFormat.Lz4 => ("lz4", "lz4 -d"),
            FileFormat.Zip => ("zip", "unzip"),
            FileFormat.SevenZip => ("7z", "7z x"),
            _ => ("", ""),
        };
        throw name.Length > 0
            ? ArchiveProblem.NoImage(path, $"it is compressed by {name}, which is not read", $"Unpack it first ({tool}), or save it plain, as gzip or as zstd.")
            : ArchiveProblem.NoImage(path, "it does not begin as a tar does, nor as gzip or zstd");
    }
}
