using System.Text;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Archives.Tar;

/// <summary>
/// Writes tar headers in GNU's format, which has room for sizes beyond 8 GiB and names beyond 100 bytes. Owner 0, mode 0644, time 0:
/// the same content gives the same bytes.
/// </summary>
/// <remarks>GNU tar manual, "Basic Tar Format".</remarks>
internal static class TarHeaderWriter
{
    private const int NameLength = 100;

    /// <summary>The number of bytes before the content of an entry.</summary>
    public static int SizeOf(string name)
    {
        var length = Encoding.UTF8.GetByteCount(name);
        return length <= NameLength ? TarChecksum.BlockSize : (2 * TarChecksum.BlockSize) + Pad(length + 1);
    }

    /// <summary>The number of bytes that content takes, up to a whole number of blocks.</summary>
    public static int Pad(int length) => (length + TarChecksum.BlockSize - 1) / TarChecksum.BlockSize * TarChecksum.BlockSize;

    /// <summary>The header of a file, with a long name before it if it needs one.</summary>
    /// <param name="name">The name.</param>
    /// <param name="size">The length of the content in bytes.</param>
    public static byte[] Write(string name, long size)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        var header = new byte[SizeOf(name)];
        var entry = header.AsSpan(header.Length - TarChecksum.BlockSize);
        if (entry.Length < header.Length)
        {
            var longName = header.AsSpan(0, TarChecksum.BlockSize);
            "root"u8.CopyTo(longName[265..]);
            "root"u8.CopyTo(longName[297..]);
            Write(longName, "././@LongLink"u8, 'L', bytes.Length + 1);
            bytes.CopyTo(header.AsSpan(TarChecksum.BlockSize));
        }

        Write(entry, bytes.AsSpan(0, Math.Min(bytes.Length, NameLength)), '0', size);
        return header;
    }

    private static void Write(Span<byte> block, ReadOnlySpan<byte> name, char type, long size)
    {
        name.CopyTo(block);
        TarNumber.Write(block.Slice(100, 8), 0x1A4);
        TarNumber.Write(block.Slice(108, 8), 0);
        TarNumber.Write(block.Slice(116, 8), 0);
        TarNumber.Write(block.Slice(124, 12), size);
        TarNumber.Write(block.Slice(136, 12), 0);
        block[156] = (byte)type;
        "ustar  "u8.CopyTo(block[257..]);
        TarChecksum.Write(block);
    }
}
