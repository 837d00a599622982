using System.Buffers.Binary;

namespace ImagePusher.Core.IO;

/// <summary>Reads and writes the numbers of tar headers: octal digits, or GNU's base-256 form for larger ones.</summary>
/// <remarks>POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Extensions to the POSIX format".</remarks>
internal static class TarNumber
{
    /// <summary>Reads a number of either form; false if it is negative, larger than <see cref="long.MaxValue"/> or no number.</summary>
    public static bool TryRead(ReadOnlySpan<byte> field, out long value)
    {
        if ((field[0] & 0x80) == 0)
        {
            return TryOctal(field, out value);
        }

        value = 0;
        var leading = field[..^8];
        if (leading[0] != 0x80 || leading[1..].ContainsAnyExcept((byte)0))
        {
            return false;
        }

        value = BinaryPrimitives.ReadInt64BigEndian(field[^8..]);
        return value >= 0;
    }

    /// <summary>Reads octal digits between spaces, up to a NUL; none are 0.</summary>
    public static bool TryOctal(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        var end = field.IndexOf((byte)0);
        foreach (var digit in (end >= 0 ? field[..end] : field).Trim((byte)' '))
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return false;
            }

            value = (value << 3) | (uint)(digit - '0');
        }

        return true;
    }

    /// <summary>Writes a number: octal digits with leading zeros and a NUL, or base-256 if it has too many digits.</summary>
    public static void Write(Span<byte> field, long value)
    {
        if (value < 1L << (3 * (field.Length - 1)))
        {
            WriteOctal(field, value);
            return;
        }

        field.Clear();
        field[0] = 0x80;
        BinaryPrimitives.WriteInt64BigEndian(field[^8..], value);
    }

    /// <summary>Writes octal digits with leading zeros and a NUL.</summary>
    public static void WriteOctal(Span<byte> field, long value)
    {
        field[^1] = 0;
        for (var i = field.Length - 2; i >= 0; i--)
        {
            field[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }
    }
}
