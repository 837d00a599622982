using System.Buffers.Binary;
using System.IO.Compression;

namespace ImagePusher.Core.Compression;

/// <summary>
/// One single gzip stream of blocks that were deflated on their own: each ends with a sync flush on a byte's edge, so that
/// the next can follow, as pigz writes. Not many members: Python's tarfile and others stop after the first one.
/// </summary>
internal sealed class GzipBlocks(int level) : BlockFormat
{
    // Content changes from file to file, and a layer has many files: so small a piece is compressed or stored.
    private const int Piece = 64 * 1024;

    private static readonly byte[] StreamHeader = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    private readonly ZLibCompressionOptions _options = new() { CompressionLevel = level };

    // Each piece may begin another run, and what is not stored is never larger than if it were.
    public override int MaximumBlock { get; } = (EncodingSettings.BlockSize / Piece) * StoredBlocks.SizeOf(Piece);

    public override ReadOnlyMemory<byte> Header => StreamHeader;

    public override int Compress(ReadOnlySpan<byte> plain, byte[] destination)
    {
        var used = 0;
        while (!plain.IsEmpty)
        {
            var (length, isStored) = NextRun(plain);
            used += isStored
                ? StoredBlocks.Write(plain[..length], destination.AsSpan(used))
                : Deflate(plain[..length], destination.AsMemory(used));
            plain = plain[length..];
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

    // As many pieces as are to be treated alike.
    private static (int Length, bool IsStored) NextRun(ReadOnlySpan<byte> plain)
    {
        var isStored = Entropy.IsIncompressible(plain[..Math.Min(Piece, plain.Length)]);
        var length = Piece;
        while (length < plain.Length && Entropy.IsIncompressible(plain[length..Math.Min(length + Piece, plain.Length)]) == isStored)
        {
            length += Piece;
        }

        return (Math.Min(length, plain.Length), isStored);
    }

    private int Deflate(ReadOnlySpan<byte> plain, Memory<byte> destination)
    {
        // Level 1 has a fixed code, which makes bytes above 143 longer: mixed content may grow by an eighth.
        var stored = StoredBlocks.SizeOf(plain.Length);
        var output = new BoundedOutput(destination[..stored]);
        using (var deflate = new DeflateStream(output, _options, leaveOpen: true))
        {
            deflate.Write(plain);
            deflate.Flush();

            // Closing ends the stream with a final block, which belongs after the last block only.
            output.Seal();
        }

        return output.IsFull ? StoredBlocks.Write(plain, destination.Span) : output.Count;
    }
}
