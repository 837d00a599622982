using System.Buffers.Binary;

namespace ImagePusher.Core.IO;

/// <summary>Recognizes content by its first bytes.</summary>
internal static class ContentDetector
{
    /// <summary>The number of bytes from the start that identify every kind.</summary>
    public const int HeadLength = TarChecksum.BlockSize;

    /// <summary>
    /// The kind of the content that starts with these bytes. A tar is tried before the formats that start with letters: the name in its
    /// header may look like one of them.
    /// </summary>
    public static ContentKind Detect(ReadOnlySpan<byte> head) =>
        head.IsEmpty ? ContentKind.Empty
        : head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) ? ContentKind.Gzip
        : head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]) || IsSkippableFrame(head) ? ContentKind.Zstd
        : TarChecksum.IsHeader(head) || (head.Length == HeadLength && !head.ContainsAnyExcept((byte)0)) ? ContentKind.Tar
        : DetectOtherCompression(head) is not ContentKind.Unknown and var compression ? compression
        : DetectText(head);

    /// <summary>The name of a compression that is recognized but not supported; null for every other kind.</summary>
    public static string? UnsupportedCompression(ContentKind kind) => kind switch
    {
        ContentKind.Xz => "xz",
        ContentKind.Bzip2 => "bzip2",
        ContentKind.Lz4 => "lz4",
        ContentKind.Lzip => "lzip",
        ContentKind.Zip => "zip",
        ContentKind.SevenZip => "7z",
        ContentKind.Compress => "compress",
        ContentKind.Rar => "rar",
        _ => null,
    };

    private static ContentKind DetectOtherCompression(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]) ? ContentKind.Xz
        : IsBzip2(head) ? ContentKind.Bzip2
        : head.StartsWith((ReadOnlySpan<byte>)[0x04, 0x22, 0x4D, 0x18]) ? ContentKind.Lz4
        : head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x9D]) ? ContentKind.Compress
        : head.StartsWith((ReadOnlySpan<byte>)[(byte)'R', (byte)'a', (byte)'r', (byte)'!', 0x1A, 7]) ? ContentKind.Rar
        : head.StartsWith("LZIP"u8) ? ContentKind.Lzip
        : head.StartsWith("PK\u0003\u0004"u8) || head.StartsWith("PK\u0005\u0006"u8) ? ContentKind.Zip
        : head.StartsWith((ReadOnlySpan<byte>)[(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C]) ? ContentKind.SevenZip
        : ContentKind.Unknown;

    // pzstd and seekable zstd files start with a frame that decoders skip (RFC 8878, 3.1.2).
    private static bool IsSkippableFrame(ReadOnlySpan<byte> head) =>
        head.Length >= 8 && (BinaryPrimitives.ReadUInt32LittleEndian(head) & 0xFFFFFFF0) == 0x184D2A50;

    // "BZh" and the block size, then the magic of a block or of the end: text may start with the first four characters.
    private static bool IsBzip2(ReadOnlySpan<byte> head) =>
        head.Length >= 10 && head.StartsWith("BZh"u8) && head[3] is >= (byte)'1' and <= (byte)'9'
        && (head[4..].StartsWith((ReadOnlySpan<byte>)[0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
            || head[4..].StartsWith((ReadOnlySpan<byte>)[0x17, 0x72, 0x45, 0x38, 0x50, 0x90]));

    private static ContentKind DetectText(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            return ContentKind.Utf16Text;
        }

        var text = head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? head[3..] : head;
        text = text.TrimStart(" \t\r\n"u8);
        return text is [(byte)'<', var next, ..] && (char.IsAsciiLetter((char)next) || next is (byte)'!' or (byte)'?') ? ContentKind.Html
            : text.StartsWith("version https://git-lfs"u8) ? ContentKind.GitLfsPointer
            : text.Length > 0 && text[0] is (byte)'{' or (byte)'[' ? ContentKind.Json
            // No text contains NULs, and a tar has no byte order mark.
            : head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) && head.Contains((byte)0) ? ContentKind.Utf8Text
            : ContentKind.Unknown;
    }
}
