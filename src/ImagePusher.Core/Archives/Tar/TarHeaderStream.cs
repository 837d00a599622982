using ImagePusher.Core.IO;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Archives.Tar;

/// <summary>The tar of an archive as it is passed to TarReader, over a file that is read by position.</summary>
/// <param name="file">The tar; not closed with the stream.</param>
/// <param name="path">Its path, for messages.</param>
/// <remarks>
/// TarReader reads headers whole and skips content by <see cref="Position"/>, so all that it reads is a header or the content of an
/// extended header.
/// </remarks>
internal sealed class TarHeaderStream(SafeFileHandle file, string path) : TarHeaderFilter
{
    private byte[] _extension = [];
    private long _extensionStart;
    private long _position;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override long Length { get; } = RandomAccess.GetLength(file);

    /// <summary>The position of the next read; never beyond the end, because the padding of the last entry may be missing.</summary>
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
        var (size, isExtension) = Examine(block, _position);
        if (TarHeader.IsSparse(block))
        {
            // TarReader rejects it; it is skipped like a file with the stored size.
            size += SparseMapLength(block);
            TarHeader.MakeRegular(block);
        }

        if (!isExtension)
        {
            AcceptEntry(block, size, reduced);
            return;
        }

        var content = new byte[size];
        _extensionStart = _position + TarChecksum.BlockSize;
        if (!TryReadFully(content, _extensionStart))
        {
            throw Truncated();
        }

        _extension = AcceptExtension(block, content, reduced);
    }

    // A long map of the holes continues in blocks behind the header, each of which states whether another one follows.
    private long SparseMapLength(byte[] block)
    {
        var (length, hasMore) = (0L, TarHeader.HasMoreSparseMap(block, isHeader: true));
        var more = new byte[TarChecksum.BlockSize];
        while (hasMore)
        {
            length += more.Length;
            hasMore = TryReadFully(more, _position + length) ? TarHeader.HasMoreSparseMap(more, isHeader: false) : throw Truncated();
        }

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

    /// <inheritdoc/>
    protected override ImagePusherException Damaged(string problem, Exception? inner = null) => ArchiveErrors.Damaged(path, problem, inner);

    /// <inheritdoc/>
    protected override ImagePusherException TooLarge(long size) => new LimitExceededException(
        $"An extended header of the tar '{path}' claims {size} bytes; at most {Limits.TarExtendedHeader} are read.",
        "Check what created the archive; no image needs such names.");

    private InvalidImageArchiveException Truncated() => ArchiveErrors.Truncated(path, Length);
}
