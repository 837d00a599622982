using System.Buffers.Binary;

namespace ImagePusher.Core.Compression;

/// <summary>Deflate's stored blocks: the bytes as they are, at most 65,535 of them after a header of five (RFC 1951, 3.2.4).</summary>
internal static class StoredBlocks
{
    private const int Maximum = 65535;
    private const int HeaderSize = 5;

    /// <summary>The bytes that content takes when it is stored.</summary>
    public static int SizeOf(int length) => length + (HeaderSize * ((length + Maximum - 1) / Maximum));

    /// <summary>Stores content; the next block can follow.</summary>
    /// <returns>The bytes used of <paramref name="destination"/>.</returns>
    public static int Write(ReadOnlySpan<byte> plain, Span<byte> destination)
    {
        var used = 0;
        while (!plain.IsEmpty)
        {
            var part = plain[..Math.Min(plain.Length, Maximum)];
            destination[used] = 0; // not final, stored
            BinaryPrimitives.WriteUInt16LittleEndian(destination[(used + 1)..], (ushort)part.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(destination[(used + 3)..], (ushort)~part.Length);
            part.CopyTo(destination[(used + HeaderSize)..]);
            used += HeaderSize + part.Length;
            plain = plain[part.Length..];
        }

        return used;
    }
}
