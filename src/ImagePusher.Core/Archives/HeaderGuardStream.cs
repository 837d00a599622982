using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Archives;

/// <summary>A tar as TarReader gets to see it: every header block is looked at before TarReader believes it.</summary>
/// <param name="file">The tar; not closed with the stream.</param>
/// <param name="path">Its path, for messages.</param>
/// <remarks>
/// TarReader of .NET 10.0 allocates as many bytes as an extended header claims before it reads one of them (a tar of 2 KB took
/// 1.5 GB), and takes any block for a header. It reads headers whole and steps over content by <see cref="Position"/>; so all
/// that it reads is a header block or the content of an extended header.
/// </remarks>
internal sealed class HeaderGuardStream(SafeFileHandle file, string path) : Stream
{
    // Longer names than this are no names.
    private const int MaximumContent = 1024 * 1024;

    private readonly byte[] _header = new byte[TarHeader.BlockSize];
    private long _position;
    private long _contentEnd;

    /// <summary>The header block that was read last.</summary>
    public ReadOnlySpan<byte> Header => _header;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length { get; } = RandomAccess.GetLength(file);

    /// <summary>
    /// Where the next read starts; never beyond the end, for the padding of the last entry may be missing. Whether the content
    /// is there is for who knows its size.
    /// </summary>
    public override long Position
    {
        get => _position;
        set => _position = value >= 0 && value <= Length ? value : Length;
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (_position < _contentEnd)
        {
            var count = RandomAccess.Read(file, buffer, _position);
            _position += count;
            return count;
        }

        // A header that is not whole is none: the end comes before it.
        buffer = buffer[..TarHeader.BlockSize];
        for (var filled = 0; filled < buffer.Length;)
        {
            var count = RandomAccess.Read(file, buffer[filled..], _position + filled);
            if (count == 0)
            {
                return 0;
            }

            filled += count;
        }

        Check(buffer);
        _position += buffer.Length;
        return buffer.Length;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) =>
        Position = offset + origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => _position, _ => Length };

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Check(ReadOnlySpan<byte> block)
    {
        if (!block.ContainsAnyExcept((byte)0))
        {
            return;
        }

        if (!TarHeader.IsHeader(block))
        {
            throw ArchiveProblem.Damaged(path, $"at byte {_position} there should be a tar header, and there is none");
        }

        // TarReader would take the records over and not show them.
        if (TarHeader.Type(_header) == 'x' && !TarHeader.IsUstar(block))
        {
            throw ArchiveProblem.Damaged(path, $"at byte {_position} there is an extended header before an entry of a form that has none");
        }

        if (TarHeader.Type(block) is 'x' or 'g' or 'L' or 'K')
        {
            if (!TarHeader.TryOctalSize(block, out var size))
            {
                throw ArchiveProblem.Damaged(path, $"the extended tar header at byte {_position} has no size in octal digits");
            }

            if (size > MaximumContent)
            {
                throw ArchiveProblem.Damaged(path, $"an extended tar header claims {size} bytes");
            }

            _contentEnd = _position + block.Length + size;
        }

        block.CopyTo(_header);
    }
}
