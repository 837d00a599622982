using System.Globalization;
using System.Text;

namespace ImagePusher.Core.Archives.Tar;

/// <summary>The records of an extended header that an image archive needs. Of repeated keys the last counts.</summary>
/// <remarks>POSIX.1-2017 pax, "pax Extended Header".</remarks>
internal sealed class PaxRecords
{
    // About the year 3000, which every calendar here can represent.
    private const long MaximumSeconds = 32L * 1024 * 1024 * 1024;

    private readonly Dictionary<string, byte[]> _needed = [];

    /// <summary>The name; null if the header has none.</summary>
    public string? Path { get; private set; }

    /// <summary>The target of a link; null if the header has none.</summary>
    public string? LinkPath { get; private set; }

    /// <summary>The size of the content in bytes; null if the header has none.</summary>
    public long? Size { get; private set; }

    /// <summary>True for a sparse file in one of GNU tar's formats.</summary>
    public bool IsSparse { get; private set; }

    /// <summary>The name of a sparse file; null if the header has none.</summary>
    public string? SparseName { get; private set; }

    /// <summary>The user's number; null if the header has none.</summary>
    public long? UserId { get; private set; }

    /// <summary>The group's number; null if the header has none.</summary>
    public long? GroupId { get; private set; }

    /// <summary>The time of the last change; null if the header has none that can be represented.</summary>
    public DateTimeOffset? Modified { get; private set; }

    /// <summary>Reads an extended header, and replaces its other records by a comment of the same length.</summary>
    /// <returns>The bytes of the content that remain: all, or without up to four NULs at the end.</returns>
    /// <exception cref="FormatException">It is malformed, or a name or size in it is not valid.</exception>
    public static (PaxRecords Records, int Length) Reduce(Span<byte> content)
    {
        var records = Parse(content);
        var rest = content;
        foreach (var record in records._needed.Values)
        {
            record.CopyTo(rest);
            rest = rest[record.Length..];
        }

        // The shortest record has five bytes.
        if (rest.Length < 5)
        {
            return (records, content.Length - rest.Length);
        }

        rest.Fill((byte)' ');
        var start = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{rest.Length} c="));
        start.CopyTo(rest);
        rest[^1] = (byte)'\n';
        return (records, content.Length);
    }

    private static PaxRecords Parse(ReadOnlySpan<byte> content)
    {
        var records = new PaxRecords();

        // Some writers pad the records with NULs.
        while (content.ContainsAnyExcept((byte)0))
        {
            var space = content.IndexOf((byte)' ');
            if (space <= 0 || !TryDecimal(content[..space], out var length) || length <= space + 1 || length > content.Length
                || content[(int)length - 1] != '\n')
            {
                throw new FormatException("a record of an extended header has a wrong length");
            }

            var record = content[(space + 1)..((int)length - 1)];
            var equals = record.IndexOf((byte)'=');
            var key = equals >= 0 ? record[..equals] : record;
            if (records.Add(key, equals >= 0 ? record[(equals + 1)..] : default))
            {
                records._needed[Encoding.ASCII.GetString(key)] = content[..(int)length].ToArray();
            }

            content = content[(int)length..];
        }

        return records;
    }

    // True for a record that TarReader needs to see.
    private bool Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.SequenceEqual("path"u8))
        {
            Path = ReadName(value);
        }
        else if (key.SequenceEqual("linkpath"u8))
        {
            LinkPath = ReadName(value);
        }
        else if (key.SequenceEqual("size"u8))
        {
            Size = TryDecimal(value, out var size) ? size : throw new FormatException("the size in an extended header is not a number");
        }
        else
        {
            IsSparse |= key.StartsWith("GNU.sparse."u8);
            SparseName = key.SequenceEqual("GNU.sparse.name"u8) ? Encoding.UTF8.GetString(value) : SparseName;
            AddOwner(key, value);
            return false;
        }

        return true;
    }

    // Fields that reading an archive does not need are read leniently.
    private void AddOwner(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.SequenceEqual("uid"u8))
        {
            UserId = TryDecimal(value, out var user) ? user : UserId;
        }
        else if (key.SequenceEqual("gid"u8))
        {
            GroupId = TryDecimal(value, out var group) ? group : GroupId;
        }
        else if (key.SequenceEqual("mtime"u8)
            && decimal.TryParse(
                value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && Math.Abs(seconds) < MaximumSeconds)
        {
            Modified = DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        }
    }

    private static string ReadName(ReadOnlySpan<byte> value) => value.IsEmpty || value.Contains((byte)0)
        ? throw new FormatException("a name in an extended header is empty or contains a NUL")
        : Encoding.UTF8.GetString(value);

    private static bool TryDecimal(ReadOnlySpan<byte> digits, out long value)
    {
        value = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9' || value > (long.MaxValue - 9) / 10)
            {
                return false;
            }

            value = (value * 10) + (digit - '0');
        }

        return digits.Length > 0;
    }
}
