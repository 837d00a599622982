namespace ImagePusher.Core.Archives.Tar;

/// <summary>What the extended headers before an entry say about it: a pax header, or GNU's long name and long link.</summary>
internal sealed class TarExtension
{
    private PaxRecords? _pax;
    private string? _longName;
    private string? _longLink;

    /// <summary>True if there is no extended header before the entry.</summary>
    public bool IsEmpty => _pax is null && _longName is null && _longLink is null;

    /// <summary>The entry's name; null if no extended header has it.</summary>
    public string? Name => _pax?.Path ?? _longName;

    /// <summary>The target of the entry's link; null if no extended header has it.</summary>
    public string? LinkName => _pax?.LinkPath ?? _longLink;

    /// <summary>The size of the entry's content in bytes; null if no extended header has it.</summary>
    public long? Size => _pax?.Size;

    /// <summary>True if the entry is stored without its holes.</summary>
    public bool IsSparse => _pax?.IsSparse ?? false;

    /// <summary>Adds an extended header.</summary>
    /// <param name="type">Its type flag: x, X, L or K.</param>
    /// <param name="content">Its content.</param>
    /// <exception cref="FormatException">It is malformed, or does not go with those before it.</exception>
    public void Add(char type, ReadOnlySpan<byte> content)
    {
        // Which of two headers counts would depend on the reader.
        var isRepeated = type switch { 'L' => _longName is not null || _pax is not null, 'K' => _longLink is not null || _pax is not null, _ => !IsEmpty };
        if (isRepeated)
        {
            throw new FormatException("one entry has several extended headers of one kind");
        }

        if (type is 'x' or 'X')
        {
            _pax = PaxRecords.Parse(content);
            return;
        }

        var name = TarHeader.Text(content);
        if (name.Length == 0)
        {
            throw new FormatException("a long name is empty");
        }

        (_longName, _longLink) = type == 'L' ? (name, _longLink) : (_longName, name);
    }
}
