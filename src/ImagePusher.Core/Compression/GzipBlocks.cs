using System.Buffers.Binary;

namespace ImagePusher.Core.Compression;

/// <summary>
/// A single gzip member of deflated blocks, as pigz writes it: each block ends with a sync flush on a byte boundary, so that the next
/// can follow. Several members would not do: Python's tarfile and other readers stop after the first.
/// </summary>
internal abstract class GzipBlocks : BlockFormat
{
    /// <summary>Compressibility changes from file to file, and a layer has many files: each piece is compressed or stored.</summary>
    protected const int Piece = 64 * 1024;

    private static readonly byte[] StreamHeader = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

    public override ReadOnlyMemory<byte> Header => StreamHeader;

    public override int Compress(InputBlock block, byte[] destination)
    {
        Begin(block);
        var used = 0;
        for (int start = 0, length; start < block.Length; start += length)
        {
            (length, var isStored) = NextRun(block.Content[start..]);
            used += isStored
                ? StoredBlocks.Write(block.Content.Slice(start, length), destination.AsSpan(used))
                : DeflateOrStore(block, start, length, destination.AsMemory(used));
        }

        return used;
    }

    public override ReadOnlyMemory<byte> Trailer(uint crc, long size)
    {
        var trailer = new byte[10];
        trailer[0] = 3; // an empty final block: 03 00
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(2), crc);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(6), (uint)size);
        return trailer;
    }

    /// <summary>Prepares for the parts of a block, which the calling thread compresses next.</summary>
    protected virtual void Begin(InputBlock block)
    {
    }

    /// <summary>Compresses a part of a block to deflate blocks that end on a byte boundary.</summary>
    /// <param name="block">The block.</param>
    /// <param name="start">The start of the part.</param>
    /// <param name="length">The number of bytes of the part.</param>
    /// <param name="destination">Receives the deflate blocks.</param>
    /// <returns>The number of bytes written; null if they would be more than those of stored blocks.</returns>
    protected abstract int? Deflate(InputBlock block, int start, int length, Memory<byte> destination);

    private int DeflateOrStore(InputBlock block, int start, int length, Memory<byte> destination) =>
        Deflate(block, start, length, destination) is { } used && used <= StoredBlocks.SizeOf(length)
            ? used
            : StoredBlocks.Write(block.Content.Slice(start, length), destination.Span);

    // The following pieces that are all compressed or all stored.
    private static (int Length, bool IsStored) NextRun(ReadOnlySpan<byte> content)
    {
        var isStored = Entropy.IsIncompressible(content[..Math.Min(Piece, content.Length)]);
        var length = Piece;
        while (length < content.Length && Entropy.IsIncompressible(content[length..Math.Min(length + Piece, content.Length)]) == isStored)
        {
            length += Piece;
        }

        return (Math.Min(length, content.Length), isStored);
    }
}
