using System.Text.RegularExpressions;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>
/// A reference model: reads a tar in memory and rejects as little as possible. What the reader under test accepts, this must read in the
/// same way; the two share no code.
/// </summary>
internal sealed class TarModel
{
    private readonly Dictionary<string, (char Type, string Link, byte[] Content)> _entries = [];

    public TarModel(byte[] tar)
    {
        string? path = null, link = null, size = null, longName = null, longLink = null;
        for (var at = 0; at + 512 <= tar.Length && tar.AsSpan(at, 512).ContainsAnyExcept((byte)0);)
        {
            var header = tar.AsSpan(at, 512).ToArray();
            var type = (char)header[156];

            // A directory has no content: some tools write the size that it has in their file system.
            var length = type == '5' ? 0
                : size is not null && type is not ('x' or 'X' or 'g' or 'L' or 'K') ? long.Parse(size, null)
                : Number(header[124..136]);
            var content = tar[(at + 512)..(int)(at + 512 + length)];
            at = (int)Math.Min(tar.Length, at + 512 + ((length + 511) / 512 * 512));
            switch (type)
            {
                case 'x' or 'X':
                    (path, link, size) = (Pax(content, "path"), Pax(content, "linkpath"), Pax(content, "size"));
                    break;
                case 'L':
                    longName = Text(content);
                    break;
                case 'K':
                    longLink = Text(content);
                    break;
                case 'g':
                    break;
                default:
                    var prefix = Text(header[257..263]) == "ustar" && header[262] == 0 ? Text(header[345..500]) : "";
                    (path, link) = (path ?? longName, link ?? longLink);
                    var name = path ?? (prefix.Length > 0 ? prefix + "/" : "") + Text(header[..100]);
                    if (type is '\0' or '0' or '7' && !name.EndsWith('/') || type is '1' or '2')
                    {
                        _entries[Normal(name)] = (type, link ?? Text(header[157..257]), content);
                    }

                    (path, link, size, longName, longLink) = (null, null, null, null, null);
                    break;
            }
        }
    }

    public byte[]? Find(string name)
    {
        name = Normal(name);
        for (var i = 0; i < 100 && _entries.TryGetValue(name, out var entry); i++)
        {
            if (entry.Type is not ('1' or '2'))
            {
                return entry.Content;
            }

            var link = Normal(entry.Type == '2' && !entry.Link.StartsWith('/') ? name + "/../" + entry.Link : entry.Link);
            name = entry.Type == '2' && !_entries.ContainsKey(link) && _entries.ContainsKey(Normal(entry.Link)) ? Normal(entry.Link) : link;
        }

        return null;
    }

    private static string Normal(string name)
    {
        var parts = new Stack<string>();
        foreach (var part in name.Split('/'))
        {
            if (part == "..")
            {
                parts.TryPop(out _);
            }
            else if (part is not ("" or "."))
            {
                parts.Push(part);
            }
        }

        return string.Join('/', parts.Reverse());
    }

    private static string Text(byte[] field) => System.Text.Encoding.UTF8.GetString(field).Split('\0')[0];

    private static long Number(byte[] field) => field[0] >= 0x80
        ? field[1..].Aggregate(0L, (sum, digit) => (sum << 8) | digit)
        : Text(field).Trim() is { Length: > 0 } digits ? Convert.ToInt64(digits, 8) : 0;

    // Byte by byte as text, so that lengths in bytes are lengths in characters.
    private static string? Pax(byte[] content, string key)
    {
        var (text, found) = (System.Text.Encoding.Latin1.GetString(content), (string?)null);
        while (Regex.Match(text, @"\A([0-9]+) ") is { Success: true } match)
        {
            var length = int.Parse(match.Groups[1].Value, null);
            var record = text[match.Length..(length - 1)];
            if (record.StartsWith(key + "=", StringComparison.Ordinal))
            {
                var value = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.Latin1.GetBytes(record[(key.Length + 1)..]));
                found = value.Length == 0 ? null : value;
            }

            text = text[length..];
        }

        return found;
    }
}
