using ImagePusher.Core.IO;
using ImagePusher.Core.Messages;

namespace ImagePusher.Core.Archives.Tar;

/// <summary>
/// A tar as it is passed to TarReader: every header is checked, and reduced to the required fields, before TarReader parses it.
/// </summary>
/// <param name="ignoresContentOfLinks">
/// True to skip no content after links, directories and devices, whatever their headers claim, as Go's reader and so all container
/// engines do; false to reject such headers.
/// </param>
/// <remarks>
/// TarReader of .NET 10.0 does not compare checksums, rejects headers for owners and times that it cannot represent and for
/// repeated keys, and allocates as many bytes as an extended header claims (a tar of 2 KB took 1.5 GB).
/// </remarks>
internal abstract class TarHeaderFilter(bool ignoresContentOfLinks = false) : ReadOnlyStream
{
    private readonly byte[] _header = new byte[TarChecksum.BlockSize];
    private string _pending = "";
    private PaxRecords? _pendingRecords;

    /// <summary>The header that was read last, as the tar has it.</summary>
    public ReadOnlySpan<byte> Header => _header;

    /// <summary>The records of the pax header before the entry that was read last; null if it has none.</summary>
    public PaxRecords? Records { get; private set; }

    /// <summary>True if an extended header has the name of the entry that was read last.</summary>
    public bool HasExtendedName { get; private set; }

    /// <summary>True if an extended header was read and no entry after it.</summary>
    public bool HasPendingExtension => _pending.Length > 0;

    /// <summary>The exception for a damaged tar.</summary>
    protected abstract ImagePusherException Damaged(string problem, Exception? inner = null);

    /// <summary>The exception for an extended header that claims too many bytes.</summary>
    protected abstract ImagePusherException TooLarge(long size);

    /// <summary>Checks a header.</summary>
    /// <param name="block">The header.</param>
    /// <param name="position">Its location, for messages.</param>
    /// <returns>The size that it claims, and whether it is an extended header.</returns>
    protected (long Size, bool IsExtension) Examine(byte[] block, long position)
    {
        if (!TarChecksum.IsHeader(block))
        {
            throw Damaged($"there is no tar header at byte {position}, where one must be");
        }

        if (!TarHeader.TryReadSize(block, out var size))
        {
            throw Damaged($"the size in the tar header at byte {position} is not valid");
        }

        block.CopyTo(_header, 0);
        var isExtension = TarHeader.Type(block) is 'x' or 'g' or 'L' or 'K';
        return isExtension && size > Limits.TarExtendedHeader ? throw TooLarge(size) : (size, isExtension);
    }

    /// <summary>Processes an extended header, and returns the replacement of its content for TarReader.</summary>
    protected byte[] AcceptExtension(byte[] block, byte[] content, Span<byte> reduced)
    {
        var previous = _pending.LastOrDefault();
        try
        {
            var length = Add(TarHeader.Type(block), content);
            content = TarHeaderWriter.Pad(length) == TarHeaderWriter.Pad(content.Length)
                ? content[..length]
                : throw new FormatException("the records of an extended header have a wrong length");
        }
        catch (FormatException error)
        {
            throw Damaged(error.Message, error);
        }

        TarHeader.Reduce(block, content.Length, previous, reduced);
        return content;
    }

    /// <summary>Processes the header of an entry, and returns the size of its content.</summary>
    protected long AcceptEntry(byte[] block, long size, Span<byte> reduced)
    {
        var type = TarHeader.Type(block);

        // Some tools write the size that a directory has in the file system; no reader interprets it as content.
        size = type is '5' || (ignoresContentOfLinks && type is >= '1' and <= '6') ? 0 : size;
        CheckContent(type, size);
        TarHeader.Reduce(block, size, _pending.LastOrDefault(), reduced);
        (Records, HasExtendedName) =
            (_pendingRecords, _pendingRecords?.Path is not null || _pending.Contains('L', StringComparison.Ordinal));
        (_pendingRecords, _pending) = (null, "");
        return Records?.Size ?? size;
    }

    // Readers differ in whether they skip such content.
    private void CheckContent(char type, long size)
    {
        size = _pendingRecords?.Size ?? size;
        if (size > 0 && type is >= '1' and <= '6')
        {
            var what = type switch { '1' or '2' => "link", '5' => "directory", _ => "device or FIFO" };
            var name = TerminalText.Quote(_pendingRecords?.Path ?? TarHeader.Name(_header));
            throw Damaged($"the entry '{name}' is a {what} and has {size} bytes of content");
        }
    }

    // The effect of two headers, and of a global one, would depend on the reader.
    private int Add(char type, byte[] content)
    {
        if (type is 'L' or 'K' && TarHeader.Text(content).Length == 0)
        {
            throw new FormatException("a long name is empty");
        }

        var (records, length) = type is 'x' or 'g' ? PaxRecords.Reduce(content) : (null, content.Length);
        if (type is 'g')
        {
            return !HasPendingExtension && records is { Path: null, LinkPath: null, Size: null, IsSparse: false }
                ? length
                : throw new FormatException(
                    "a global extended header sets one name or size for all entries, or is between a header and its entry");
        }

        if (_pending.Contains(type, StringComparison.Ordinal) || _pendingRecords is not null || (type is 'x' && HasPendingExtension))
        {
            throw new FormatException("one entry has several extended headers of one kind");
        }

        (_pendingRecords, _pending) = (records, _pending + type);
        return length;
    }
}
