using System.Text;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Archives.Tar;

/// <summary>
/// A tar header reduced to the fields that an image archive needs: name, size, type and link. Owners, times, modes and device
/// numbers are replaced, so that no value in them can make an archive unreadable.
/// </summary>
/// <remarks>POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".</remarks>
internal static class TarHeader
{
    private const int TypeOffset = 156;
    private static readonly Range NameField = ..100;
    private static readonly Range SizeField = 124..136;
    private static readonly Range LinkField = 157..257;
    private static readonly Range MagicField = 257..265;
    private static readonly Range PrefixField = 345..500;

    /// <summary>The type flag. Solaris' X has the meaning of x (POSIX.1-2017 pax reserves it for vendors).</summary>
    public static char Type(ReadOnlySpan<byte> block) => block[TypeOffset] is (byte)'X' ? 'x' : (char)block[TypeOffset];

    /// <summary>True for a file that GNU tar stored without its holes.</summary>
    public static bool IsSparse(ReadOnlySpan<byte> block) => block[TypeOffset] is (byte)'S';

    /// <summary>Makes a header that of a regular file.</summary>
    public static void MakeRegular(Span<byte> block) => block[TypeOffset] = (byte)'0';

    /// <summary>True if the map of a sparse file's holes continues in the next block (GNU tar manual, "Old GNU Format").</summary>
    public static bool HasMoreSparseMap(ReadOnlySpan<byte> block, bool isHeader) => block[isHeader ? 482 : 504] != 0;

    /// <summary>Reads the size of the content; false if it is negative, too large or not a number.</summary>
    public static bool TryReadSize(ReadOnlySpan<byte> block, out long size) => TarNumber.TryRead(block[SizeField], out size);

    /// <summary>The name, with the prefix of a ustar header.</summary>
    public static string Name(ReadOnlySpan<byte> block)
    {
        var name = Text(block[NameField]);
        var prefix = IsUstar(block) ? Text(block[PrefixField]) : "";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    /// <summary>The text of a field: UTF-8 up to a NUL.</summary>
    public static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end >= 0 ? field[..end] : field);
    }

    /// <summary>Writes the header with plain values in every field that is not needed.</summary>
    /// <param name="block">The header as the tar has it.</param>
    /// <param name="size">Its size, as <see cref="TryReadSize"/> reads it.</param>
    /// <param name="extension">The type of the extended header before it, which decides the format that TarReader expects; or NUL.</param>
    /// <param name="reduced">The reduced header; one block.</param>
    public static void Reduce(ReadOnlySpan<byte> block, long size, char extension, Span<byte> reduced)
    {
        reduced.Clear();
        block[NameField].CopyTo(reduced[NameField]);
        block[LinkField].CopyTo(reduced[LinkField]);
        TarNumber.WriteOctal(reduced[100..108], 0x1A4);
        TarNumber.WriteOctal(reduced[108..116], 0);
        TarNumber.WriteOctal(reduced[116..124], 0);
        TarNumber.Write(reduced[SizeField], size);
        TarNumber.WriteOctal(reduced[136..148], 0);
        reduced[TypeOffset] = (byte)Type(block);
        var isPax = extension is 'x' || Type(block) is 'x' or 'g';
        var isGnu = extension is 'L' or 'K' || Type(block) is 'L' or 'K' || (!isPax && block[MagicField][..6].SequenceEqual("ustar "u8));
        if (isGnu)
        {
            "ustar  \0"u8.CopyTo(reduced[MagicField]);
        }
        else if (isPax || IsUstar(block))
        {
            "ustar\u000000"u8.CopyTo(reduced[MagicField]);
            if (IsUstar(block))
            {
                block[PrefixField].CopyTo(reduced[PrefixField]);
            }
        }

        TarChecksum.Write(reduced);
    }

    // GNU's magic, "ustar  ", has other fields in place of the prefix; the version after it is blank in some tars.
    private static bool IsUstar(ReadOnlySpan<byte> block) => block[MagicField][..6].SequenceEqual("ustar\0"u8);
}
