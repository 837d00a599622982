using System.Buffers.Binary;
using System.IO.Compression;

namespace ImagePusher.Core.Compression;

/// <summary>
/// A single gzip member of independently deflated blocks, as pigz writes it: each block ends with a sync flush on a byte boundary, so
/// that the next can follow. Several members would not do: Python's tarfile and other readers stop after the first.
/// </summary>
internal sealed class GzipBlocks(int level) : BlockFormat
{
    // Compressibility changes from file to file, and a layer has many files: each piece is compressed or stored.
    private const int Piece = 64 * 1024;

    private static readonly byte[] StreamHeader = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    private readonly ZLibCompressionOptions _options = new() { CompressionLevel = level };

    // Each piece may start a new run, and a compressed run is never larger than a stored one.
    public override int MaximumBlock { get; } = (EncodingSettings.BlockSize / Piece) * StoredBlocks.SizeOf(Piece);

    public override ReadOnlyMemory<byte> Header => StreamHeader;

    public override int Compress(ReadOnlySpan<byte> content, byte[] destination)
    {
        var used = 0;
        while (!content.IsEmpty)
        {
            var (length, isStored) = NextRun(content);
            used += isStored
                ? StoredBlocks.Write(content[..length], destination.AsSpan(used))
                : Deflate(content[..length], destination.AsMemory(used));
            content = content[length..];
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

    private int Deflate(ReadOnlySpan<byte> content, Memory<byte> destination)
    {
        // Level 1 uses a fixed code, which makes bytes above 143 longer: mixed content may grow by an eighth.
        var stored = StoredBlocks.SizeOf(content.Length);
        var output = new BoundedOutput(destination[..stored]);
        using (var deflate = new DeflateStream(output, _options, leaveOpen: true))
        {
            deflate.Write(content);
            deflate.Flush();

            // Closing writes a final block, which belongs after the last block of the layer only.
            output.Seal();
        }

        return output.IsFull ? StoredBlocks.Write(content, destination.Span) : output.Count;
    }
}
