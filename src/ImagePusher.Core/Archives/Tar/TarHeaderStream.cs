using ImagePusher.Core.IO;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Archives.Tar;

/// <summary>
/// A tar as TarReader gets to see it: every header is checked, and reduced to what an image archive needs, before TarReader parses it.
/// </summary>
/// <param name="file">The tar; not closed with the stream.</param>
/// <param name="path">Its path, for messages.</param>
/// <remarks>
/// TarReader of .NET 10.0 does not compare checksums, rejects headers for owners and times that it cannot represent and for
/// repeated keys, and allocates as many bytes as an extended header claims (a tar of 2 KB took 1.5 GB). It reads headers whole and
/// skips content by <see cref="Position"/>, so all that it reads is a header or the content of an extended header.
/// </remarks>
internal sealed class TarHeaderStream(SafeFileHandle file, string path) : ReadOnlyStream
{
    private readonly byte[] _header = new byte[TarChecksum.BlockSize];
    private byte[] _extension = [];
    private long _extensionStart;
    private long _position;
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

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override long Length { get; } = RandomAccess.GetLength(file);

    /// <summary>Where the next read starts; never beyond the end, since the padding of the last entry may be missing.</summary>
    public override long Position
    {
        get => _position;
        set => _position = value >= 0 && value <= Length ? value : Length;
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var offset = _position - _extensionStart;
        if (offset >= 0 && offset < _extension.Length)
        {
            var rest = _extension.AsSpan((int)offset);
            var count = Math.Min(buffer.Length, rest.Length);
            rest[..count].CopyTo(buffer);
            _position += count;
            return count;
        }

        var block = new byte[TarChecksum.BlockSize];
        if (!TryReadFully(block, _position))
        {
            return _position == Length ? 0 : throw Truncated();
        }

        buffer = buffer[..block.Length];
        buffer.Clear();
        if (block.AsSpan().ContainsAnyExcept((byte)0))
        {
            Accept(block, buffer);
        }

        _position += block.Length;
        return block.Length;
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) =>
        Position = offset + origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => _position, _ => Length };

    private void Accept(byte[] block, Span<byte> reduced)
    {
        if (!TarChecksum.IsHeader(block))
        {
            throw Damaged($"there is no tar header at byte {_position}, where one must be");
        }

        if (!TarHeader.TryReadSize(block, out var size))
        {
            throw Damaged($"the size in the tar header at byte {_position} is not valid");
        }

        block.CopyTo(_header, 0);
        var previous = _pending.LastOrDefault();
        var type = TarHeader.Type(block);
        if (type is 'x' or 'g' or 'L' or 'K')
        {
            _extension = ReadExtension(type, size);
            TarHeader.Reduce(block, _extension.Length, previous, reduced);
            return;
        }

        CheckContent(type, size);
        TarHeader.Reduce(block, size, previous, reduced);
        (Records, HasExtendedName) =
            (_pendingRecords, _pendingRecords?.Path is not null || _pending.Contains('L', StringComparison.Ordinal));
        (_pendingRecords, _pending) = (null, "");
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

    private byte[] ReadExtension(char type, long size)
    {
        if (size > Limits.TarExtendedHeader)
        {
            throw new LimitExceededException(
                $"An extended header of the tar '{path}' claims {size} bytes; at most {Limits.TarExtendedHeader} are read.",
                "Check what created the archive; no image needs such names.");
        }

        var content = new byte[size];
        _extensionStart = _position + TarChecksum.BlockSize;
        if (!TryReadFully(content, _extensionStart))
        {
            throw Truncated();
        }

        try
        {
            var length = Add(type, content);
            return TarHeaderWriter.Pad(length) == TarHeaderWriter.Pad(content.Length)
                ? content[..length]
                : throw new FormatException("the records of an extended header have a wrong length");
        }
        catch (FormatException error)
        {
            throw Damaged(error.Message, error);
        }
    }

    // Which of two headers counts, and to what a global one applies, would depend on the reader.
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
                    "a global extended header gives all entries one name or size, or stands between a header and its entry");
        }

        if (_pending.Contains(type, StringComparison.Ordinal) || _pendingRecords is not null || (type is 'x' && HasPendingExtension))
        {
            throw new FormatException("one entry has several extended headers of one kind");
        }

        (_pendingRecords, _pending) = (records, _pending + type);
        return length;
    }

    private bool TryReadFully(Span<byte> buffer, long offset)
    {
        for (var filled = 0; filled < buffer.Length;)
        {
            var count = RandomAccess.Read(file, buffer[filled..], offset + filled);
            if (count == 0)
            {
                return false;
            }

            filled += count;
        }

        return true;
    }

    private InvalidImageArchiveException Damaged(string problem, Exception? inner = null) => ArchiveErrors.Damaged(path, problem, inner);

    private InvalidImageArchiveException Truncated() => ArchiveErrors.Truncated(path, Length);
}
