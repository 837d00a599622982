using System.Buffers.Binary;
using System.IO.Compression;

namespace ImagePusher.Core.Encoding;

/// <summary>
/// One single gzip stream of blocks that were deflated on their own: each ends with a sync flush on a byte's edge, so that
/// the next can follow, as pigz writes. Not many members: Python's tarfile and others stop after the first one.
/// </summary>
internal sealed class GzipBlocks(int level) : BlockFormat
{
    private const int StoredMaximum = 65535;

    private static readonly byte[] StreamHeader = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    private readonly ZLibCompressionOptions _options = new() { CompressionLevel = level };

    // zlib's bound for incompressible input is 5 bytes for every 16 KiB; the rest is room for flushes.
    public override int MaximumBlock => EncodingSettings.BlockSize + (EncodingSettings.BlockSize / 1024) + 256;

    public override ReadOnlyMemory<byte> Header => StreamHeader;

    public override int Compress(ReadOnlySpan<byte> plain, byte[] destination)
    {
        if (Entropy.IsIncompressible(plain))
        {
            return Store(plain, destination);
        }

        using var output = new MemoryStream(destination);
        using var deflate = new DeflateStream(output, _options, leaveOpen: true);
        deflate.Write(plain);
        deflate.Flush();

        // Closing ends the stream with a final block, which belongs after the last block only.
        return (int)output.Position;
    }

    public override ReadOnlyMemory<byte> Trailer(uint crc, long size)
    {
        var trailer = new byte[10];
        trailer[0] = 3; // an empty final block: 03 00
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(2), crc);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(6), (uint)size);
        return trailer;
    }

    private static int Store(ReadOnlySpan<byte> plain, byte[] destination)
    {
        var used = 0;
        while (!plain.IsEmpty)
        {
            var part = plain[..Math.Min(plain.Length, StoredMaximum)];
            destination[used] = 0; // not final, stored
            BinaryPrimitives.WriteUInt16LittleEndian(destination.AsSpan(used + 1), (ushort)part.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(destination.AsSpan(used + 3), (ushort)~part.Length);
            part.CopyTo(destination.AsSpan(used + 5));
            used += 5 + part.Length;
            plain = plain[part.Length..];
        }

        return used;
    }
}
