using System.Text;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Archives.Tar;

/// <summary>
/// The fields of a tar header that an image archive needs: name, size, type and link. Everything else – owners, times, modes,
/// device numbers – is never parsed, so no value there makes an archive unreadable.
/// </summary>
/// <remarks>POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".</remarks>
internal readonly ref struct TarHeader(ReadOnlySpan<byte> block)
{
    private readonly ReadOnlySpan<byte> _block = block;

    /// <summary>The type flag.</summary>
    public char Type => (char)_block[156];

    /// <summary>The name, with the prefix of a ustar header.</summary>
    public string Name
    {
        get
        {
            var name = Text(_block[..100]);
            var prefix = IsUstar ? Text(_block.Slice(345, 155)) : "";
            return prefix.Length == 0 ? name : $"{prefix}/{name}";
        }
    }

    /// <summary>The target of a link.</summary>
    public string LinkName => Text(_block.Slice(157, 100));

    // GNU's magic, "ustar  ", has other fields in place of the prefix.
    private bool IsUstar => _block.Slice(257, 6).SequenceEqual("ustar\0"u8);

    /// <summary>Reads the size of the content; false if it is negative, too large or no number.</summary>
    public bool TryReadSize(out long size) => TarNumber.TryRead(_block.Slice(124, 12), out size);

    /// <summary>The text of a field: UTF-8 up to a NUL.</summary>
    public static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end >= 0 ? field[..end] : field);
    }
}
