using System.Globalization;
using System.Text;

namespace ImagePusher.Core.Registry.Http;

/// <summary>
/// Decodes headers that contain URLs: a byte that is not ASCII becomes its percent-encoding, so that it is sent back as it came.
/// HttpClient uses it for a Location only where that is not valid UTF-8.
/// </summary>
internal sealed class UrlHeaderEncoding : Encoding
{
    private static readonly UrlHeaderEncoding Instance = new();

    /// <summary>The encoding of a header; null for the default.</summary>
    public static Encoding? For(string header) =>
        header.Equals("Location", StringComparison.OrdinalIgnoreCase) || header.Equals("Link", StringComparison.OrdinalIgnoreCase)
            ? Instance
            : null;

    public override int GetCharCount(byte[] bytes, int index, int count) =>
        bytes.AsSpan(index, count).ToArray().Sum(static octet => octet < 0x80 ? 1 : 3);

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
    {
        var start = charIndex;
        foreach (var octet in bytes.AsSpan(byteIndex, byteCount))
        {
            if (octet < 0x80)
            {
                chars[charIndex++] = (char)octet;
                continue;
            }

            chars[charIndex++] = '%';
            octet.TryFormat(chars.AsSpan(charIndex), out var written, "X2", CultureInfo.InvariantCulture);
            charIndex += written;
        }

        return charIndex - start;
    }

    public override int GetMaxCharCount(int byteCount) => byteCount * 3;

    public override int GetByteCount(char[] chars, int index, int count) => throw new NotSupportedException();

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        throw new NotSupportedException();

    public override int GetMaxByteCount(int charCount) => throw new NotSupportedException();
}
