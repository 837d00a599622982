namespace ImagePusher.Core.Archives;

/// <summary>
/// What System.Formats.Tar leaves undone about a header block: it never compares the checksum, so that any bytes pass for a
/// header; and it has no way to ask whether a file begins as a tar.
/// </summary>
/// <remarks>POSIX.1-2017 pax, "ustar Interchange Format". Seen in .NET 10.0.</remarks>
internal static class TarHeader
{
    public const int BlockSize = 512;

    /// <summary>True if the block's checksum holds, so that it is a header.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> block)
    {
        if (block.Length < BlockSize || !TryOctal(block.Slice(148, 8), out var expected))
        {
            return false;
        }

        // Some old writers summed the bytes as signed numbers.
        long unsigned = 0, signed = 0;
        for (var i = 0; i < BlockSize; i++)
        {
            var value = i is >= 148 and < 156 ? (byte)' ' : block[i];
            unsigned += value;
            signed += (sbyte)value;
        }

        return expected == unsigned || expected == signed;
    }

    /// <summary>True if the magic is POSIX's, so that the header has a prefix and extended headers may stand before it.</summary>
    public static bool IsUstar(ReadOnlySpan<byte> block) => block.Slice(257, 6).SequenceEqual("ustar\0"u8);

    /// <summary>The type flag.</summary>
    public static char Type(ReadOnlySpan<byte> block) => (char)block[156];

    /// <summary>The size, if it is an octal number as TarReader reads them; false if it is binary or no number.</summary>
    public static bool TryOctalSize(ReadOnlySpan<byte> block, out long size) => TryOctal(block.Slice(124, 12), out size);

    /// <summary>The name of a ustar header, its prefix in front.</summary>
    public static string Name(ReadOnlySpan<byte> block)
    {
        var prefix = Text(block.Slice(345, 155));
        return prefix.Length == 0 ? Text(block[..100]) : $"{prefix}/{Text(block[..100])}";
    }

    private static string Text(ReadOnlySpan<byte> field) => System.Text.Encoding.UTF8.GetString(UpToNul(field));

    private static ReadOnlySpan<byte> UpToNul(ReadOnlySpan<byte> field) => field.IndexOf((byte)0) is var end and >= 0 ? field[..end] : field;

    private static bool TryOctal(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        foreach (var digit in UpToNul(field).Trim((byte)' '))
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return false;
            }

            value = (value << 3) | (uint)(digit - '0');
        }

        return true;
    }
}
