namespace ImagePusher.Core.IO;

/// <summary>The checksum of a tar header, which distinguishes a header from any other block.</summary>
/// <remarks>POSIX.1-2017 pax, "ustar Interchange Format".</remarks>
internal static class TarChecksum
{
    /// <summary>The bytes of a block: headers are one block, and content is padded to whole blocks.</summary>
    public const int BlockSize = 512;

    private const int Offset = 148;
    private const int Length = 8;

    /// <summary>True if the block's checksum is right, so that it is a header.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> block)
    {
        if (block.Length < BlockSize || !TarNumber.TryOctal(block.Slice(Offset, Length), out var expected))
        {
            return false;
        }

        // Some old writers added the bytes as signed numbers.
        var (unsigned, signed) = Sum(block);
        return expected == unsigned || expected == signed;
    }

    /// <summary>Writes the checksum of a header.</summary>
    public static void Write(Span<byte> block)
    {
        TarNumber.WriteOctal(block.Slice(Offset, Length - 1), Sum(block).Unsigned);
        block[Offset + Length - 1] = (byte)' ';
    }

    // The checksum's own bytes count as spaces.
    private static (long Unsigned, long Signed) Sum(ReadOnlySpan<byte> block)
    {
        long unsigned = 0, signed = 0;
        for (var i = 0; i < BlockSize; i++)
        {
            var value = i is >= Offset and < Offset + Length ? (byte)' ' : block[i];
            unsigned += value;
            signed += (sbyte)value;
        }

        return (unsigned, signed);
    }
}
