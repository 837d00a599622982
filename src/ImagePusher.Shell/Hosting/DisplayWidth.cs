using System.Globalization;
using System.Text;

namespace ImagePusher.Shell.Hosting;

/// <summary>How many columns of a terminal a text takes: escape sequences none, wide characters two.</summary>
internal static class DisplayWidth
{
    private const char Escape = '\x1b';

    public static int Of(ReadOnlySpan<char> text)
    {
        var width = 0;
        while (!text.IsEmpty)
        {
            if (text[0] == Escape)
            {
                text = text[SequenceLength(text)..];
                continue;
            }

            Rune.DecodeFromUtf16(text, out var rune, out var used);
            width += Of(rune);
            text = text[used..];
        }

        return width;
    }

    /// <summary>The length of a control sequence (ECMA-48, CSI) or operating system command at the start of the text.</summary>
    private static int SequenceLength(ReadOnlySpan<char> text)
    {
        if (text.Length < 2)
        {
            return 1;
        }

        if (text[1] == ']')
        {
            var bell = text.IndexOf('\a');
            var terminator = text.IndexOf("\x1b\\");
            return bell >= 0 && (terminator < 0 || bell < terminator) ? bell + 1
                : terminator >= 0 ? terminator + 2
                : text.Length;
        }

        if (text[1] != '[')
        {
            return 2;
        }

        var end = text[2..].IndexOfAnyInRange('@', '~');
        return end < 0 ? text.Length : end + 3;
    }

    private static int Of(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => 0,
        _ => IsWide(rune.Value) ? 2 : 1,
    };

    /// <summary>The blocks that Unicode's East Asian Width names W or F.</summary>
    private static bool IsWide(int value) => value is
        (>= 0x1100 and <= 0x115f) or (>= 0x2e80 and <= 0x303e) or (>= 0x3041 and <= 0xa4cf) or (>= 0xac00 and <= 0xd7a3)
        or (>= 0xf900 and <= 0xfaff) or (>= 0xfe30 and <= 0xfe6f) or (>= 0xff00 and <= 0xff60) or (>= 0xffe0 and <= 0xffe6)
        or (>= 0x1f300 and <= 0x1f64f) or (>= 0x1f900 and <= 0x1f9ff) or (>= 0x20000 and <= 0x3fffd);
}
