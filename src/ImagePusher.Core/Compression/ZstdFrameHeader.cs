using System.Buffers.Binary;

namespace ImagePusher.Core.Compression;

/// <summary>Reads how much memory a zstd frame needs.</summary>
/// <remarks>RFC 8878, 3.1.1.1 (frame header) and 3.1.2 (skippable frames).</remarks>
internal static class ZstdFrameHeader
{
    private const uint Magic = 0xFD2FB528;
    private const uint SkippableMagic = 0x184D2A50;

    /// <summary>The window of the first frame in bytes; null if the bytes end before it or are no frame.</summary>
    public static long? FindWindow(ReadOnlySpan<byte> head)
    {
        while (head.Length >= 8 && (BinaryPrimitives.ReadUInt32LittleEndian(head) & 0xFFFFFFF0) == SkippableMagic)
        {
            var size = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            if (size > head.Length - 8)
            {
                return null;
            }

            head = head[(8 + (int)size)..];
        }

        return head.Length >= 6 && BinaryPrimitives.ReadUInt32LittleEndian(head) == Magic ? ReadWindow(head[4], head[5..]) : null;
    }

    private static long? ReadWindow(byte descriptor, ReadOnlySpan<byte> fields)
    {
        var isSingleSegment = (descriptor & 0x20) != 0;
        if (!isSingleSegment)
        {
            var window = 1L << (10 + (fields[0] >> 3));
            return window + (window / 8 * (fields[0] & 7));
        }

        // A single segment has no window of its own: all of its content is kept.
        var dictionary = (descriptor & 3) switch { 0 => 0, 1 => 1, 2 => 2, _ => 4 };
        fields = fields[Math.Min(dictionary, fields.Length)..];
        return (descriptor >> 6, fields.Length) switch
        {
            (0, >= 1) => fields[0],
            (1, >= 2) => BinaryPrimitives.ReadUInt16LittleEndian(fields) + 256L,
            (2, >= 4) => BinaryPrimitives.ReadUInt32LittleEndian(fields),
            (3, >= 8) => (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(fields), long.MaxValue),
            _ => null,
        };
    }
}
