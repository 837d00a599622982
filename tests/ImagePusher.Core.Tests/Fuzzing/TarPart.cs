using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImagePusher.Core.Tests.Archives;

namespace ImagePusher.Core.Tests.Fuzzing;

/// <summary>A header with the content after it.</summary>
/// <param name="header">The header's block.</param>
/// <param name="content">The content without its padding.</param>
internal sealed class TarPart(byte[] header, byte[] content)
{
    private const string Blobs = "blobs/sha256/";

    private int _length = content.Length;

    public byte[] Header { get; } = header;

    public byte[] Content { get; private set; } = content;

    public bool IsJson => Content is [(byte)'{' or (byte)'[', ..];

    /// <summary>True for a blob of a layout whose content was changed.</summary>
    public bool IsMisnamed => Name.StartsWith(Blobs, StringComparison.Ordinal) && Name[Blobs.Length..] != Hex;

    private string Name => Encoding.Latin1.GetString(Header, 0, 100).TrimEnd('\0');

    private string Hex => Convert.ToHexStringLower(SHA256.HashData(Content));

    /// <summary>The entries; those before the first block that is not a header.</summary>
    public static List<TarPart> Read(byte[] tar)
    {
        var parts = new List<TarPart>();
        for (var at = 0; at + 512 <= tar.Length && tar[at] != 0 && parts.Count < 200;)
        {
            var header = tar[at..(at + 512)];
            at += 512;
            var text = Encoding.Latin1.GetString(header, 124, 12).Trim('\0', ' ');
            var size = 0;
            foreach (var digit in text.TakeWhile(char.IsAsciiDigit).Take(8))
            {
                size = (size * 8) + CharUnicodeInfo.GetDecimalDigitValue(digit);
            }

            size = Math.Min(size, tar.Length - at);
            parts.Add(new TarPart(header, tar[at..(at + size)]));
            at += (size + 511) / 512 * 512;
        }

        return parts;
    }

    public TarPart Copy() => new([.. Header], Content);

    /// <summary>Sets the content, and the size in the header.</summary>
    public void Replace(byte[] content)
    {
        Content = content;
        Encoding.ASCII.GetBytes(Convert.ToString(content.Length, 8).PadLeft(11, '0')).CopyTo(Header, 124);
        TestTar.Seal(Header);
    }

    /// <summary>Renames a blob to its digest; returns the old and the new digest.</summary>
    public ((string Hex, int Length) Before, (string Hex, int Length) After) Rename()
    {
        var before = (Name[Blobs.Length..], _length);
        Encoding.ASCII.GetBytes(Blobs + Hex).CopyTo(Header, 0);
        TestTar.Seal(Header);
        _length = Content.Length;
        return (before, (Hex, _length));
    }

    public IEnumerable<byte> ToBytes() => [.. Header, .. Content, .. new byte[(512 - (Content.Length % 512)) % 512]];
}
