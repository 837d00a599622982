using System.Buffers.Binary;

namespace ImagePusher.Core.Compression;

/// <summary>Deflate's stored blocks: at most 65,535 bytes as they are after a header of five bytes (RFC 1951, 3.2.4).</summary>
internal static class StoredBlocks
{
    private const int Maximum = 65535;
    private const int HeaderSize = 5;

    /// <summary>The size of stored content in bytes.</summary>
    public static int SizeOf(int length) => length + (HeaderSize * ((length + Maximum - 1) / Maximum));

    /// <summary>Writes stored blocks.</summary>
    /// <returns>The number of bytes written to <paramref name="destination"/>.</returns>
    public static int Write(ReadOnlySpan<byte> content, Span<byte> destination)
    {
        var used = 0;
        while (!content.IsEmpty)
        {
            var part = content[..Math.Min(content.Length, Maximum)];
            destination[used] = 0; // not final, stored
            BinaryPrimitives.WriteUInt16LittleEndian(destination[(used + 1)..], (ushort)part.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(destination[(used + 3)..], (ushort)~part.Length);
            part.CopyTo(destination[(used + HeaderSize)..]);
            used += HeaderSize + part.Length;
            content = content[part.Length..];
        }

        return used;
    }
}
