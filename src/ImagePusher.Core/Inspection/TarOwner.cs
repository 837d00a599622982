using ImagePusher.Core.Archives.Tar;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Inspection;

/// <summary>
/// The fields of a tar header that an image archive does not need: permissions, owner and time. A wrong value counts as 0.
/// </summary>
/// <remarks>POSIX.1-2017 pax, "ustar Interchange Format".</remarks>
internal readonly ref struct TarOwner
{
    // The permissions with setuid, setgid and sticky bit.
    private const int ModeBits = 0xFFF;
    private const long MaximumSeconds = 32L * 1024 * 1024 * 1024;

    public TarOwner(ReadOnlySpan<byte> header, PaxRecords? records)
    {
        Mode = (int)(Number(header[100..108]) & ModeBits);
        UserId = records?.UserId ?? Number(header[108..116]);
        GroupId = records?.GroupId ?? Number(header[116..124]);
        Modified = records?.Modified
            ?? (Number(header[136..148]) is var seconds and < MaximumSeconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null);
    }

    public int Mode { get; }

    public long UserId { get; }

    public long GroupId { get; }

    public DateTimeOffset? Modified { get; }

    private static long Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) == 0)
        {
            return TarNumber.TryOctal(field, out var octal) ? octal : 0;
        }

        // GNU's base-256 form; a field of eight bytes has room for its flag and seven digits.
        Span<byte> wide = stackalloc byte[12];
        wide.Clear();
        field.CopyTo(wide[(wide.Length - field.Length)..]);
        wide[wide.Length - field.Length] &= 0x7F;
        wide[0] |= 0x80;
        return field[0] != 0xFF && TarNumber.TryRead(wide, out var value) ? value : 0;
    }
}
