using System.Text.Json;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>Builds tars, also malformed ones. It shares no code with the reader under test.</summary>
internal sealed class TestTar
{
    private readonly List<byte> _bytes = [];

    public TestTar File(string name, byte[] content, TarStyle style = TarStyle.Ustar) =>
        Entry(name, style == TarStyle.V7 ? '\0' : '0', content, "", style);

    public TestTar File(string name, string content, TarStyle style = TarStyle.Ustar) =>
        File(name, System.Text.Encoding.UTF8.GetBytes(content), style);

    public TestTar Json(string name, object content) => File(name, JsonSerializer.SerializeToUtf8Bytes(content));

    public TestTar Files(IEnumerable<(string Name, byte[] Content)> files)
    {
        foreach (var (name, content) in files)
        {
            File(name, content);
        }

        return this;
    }

    public TestTar SymbolicLink(string name, string target, TarStyle style = TarStyle.Ustar) => Entry(name, '2', [], target, style);

    public TestTar HardLink(string name, string target, TarStyle style = TarStyle.Ustar) => Entry(name, '1', [], target, style);

    public TestTar Entry(string name, char type, byte[] content, string link = "", TarStyle style = TarStyle.Ustar)
    {
        switch (style)
        {
            case TarStyle.Pax:
                var records = Record("mtime", "1.5") + Record("path", name) + (link.Length > 0 ? Record("linkpath", link) : "")
                    + Record("size", $"{content.Length}");
                Raw(Header("PaxHeaders.17/x", 'x', System.Text.Encoding.UTF8.GetByteCount(records)))
                    .Padded(System.Text.Encoding.UTF8.GetBytes(records));
                Raw(Header("lie", type, 0, link.Length > 0 ? "lie" : ""));
                break;
            case TarStyle.Gnu:
                Raw(Header("././@LongLink", 'L', name.Length + 1)).Padded(System.Text.Encoding.UTF8.GetBytes(name + "\0"));
                if (link.Length > 0)
                {
                    Raw(Header("././@LongLink", 'K', link.Length + 1)).Padded(System.Text.Encoding.UTF8.GetBytes(link + "\0"));
                }

                Raw(Header(name.Length > 100 ? name[..100] : name, type, content.Length, link.Length > 100 ? link[..100] : link,
                    TarStyle.Gnu));
                break;
            default:
                Raw(Header(name, type, content.Length, link, style));
                break;
        }

        return Padded(content);
    }

    public TestTar Raw(byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public TestTar Padded(byte[] content) => Raw(content).Raw(new byte[(512 - (content.Length % 512)) % 512]);

    /// <summary>The tar, by default with the two blocks of zeros at its end.</summary>
    public byte[] ToArray(bool end = true) => [.. _bytes, .. new byte[end ? 1024 : 0]];

    public static byte[] Header(string name, char type, long size, string link = "", TarStyle style = TarStyle.Ustar)
    {
        var block = new byte[512];
        var prefix = "";
        if (style == TarStyle.Ustar && name.Length > 100)
        {
            var slash = name.IndexOf('/', name.Length - 101);
            (prefix, name) = (name[..slash], name[(slash + 1)..]);
        }

        Put(0, name);
        Put(100, "0000644\0");
        Put(108, "0000000\0");
        Put(116, "0000000\0");
        Put(124, Convert.ToString(size, 8).PadLeft(11, '0') + "\0");
        Put(136, "00000000000\0");
        block[156] = (byte)type;
        Put(157, link);
        if (style == TarStyle.Ustar)
        {
            Put(257, "ustar\u000000");
            Put(345, prefix);
        }
        else if (style == TarStyle.Gnu)
        {
            Put(257, "ustar  \0");
            block.AsSpan(124, 12).Clear();
            block[124] = 0x80;
            BitConverter.GetBytes(size).Reverse().ToArray().CopyTo(block, 128);
        }

        Seal(block);
        return block;

        void Put(int offset, string text) => System.Text.Encoding.UTF8.GetBytes(text).CopyTo(block, offset);
    }

    /// <summary>Corrects the checksum of a header.</summary>
    public static void Seal(Span<byte> block)
    {
        block.Slice(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var value in block[..512])
        {
            sum += value;
        }

        System.Text.Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(block[148..]);
    }

    public static string Record(string key, string value)
    {
        var rest = $" {key}={value}\n";
        var bytes = System.Text.Encoding.UTF8.GetByteCount(rest);
        var length = bytes + 1;
        while ($"{length}".Length + bytes != length)
        {
            length++;
        }

        return length + rest;
    }
}
