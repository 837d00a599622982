using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Archives;

/// <summary>A part of a file as a stream of its own: it reads by position, so slices of one handle don't disturb each other.</summary>
/// <param name="file">The file.</param>
/// <param name="start">Where the part starts.</param>
/// <param name="length">How many bytes it has.</param>
/// <param name="path">The file's path, for messages.</param>
/// <param name="count">Told how many bytes each read gave.</param>
/// <param name="ownsFile">True to close the file with the stream.</param>
internal sealed class FileSlice(SafeFileHandle file, long start, long length, string path, Action<int>? count, bool ownsFile) : Stream
{
    private long _position;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position { get => _position; set => Seek(value, SeekOrigin.Begin); }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        buffer = buffer[..(int)Math.Min(buffer.Length, Rest)];
        try
        {
            return buffer.Length == 0 ? 0 : Took(RandomAccess.Read(file, buffer, start + _position));
        }
        catch (IOException error)
        {
            throw ArchiveProblem.Unreadable(path, error);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        buffer = buffer[..(int)Math.Min(buffer.Length, Rest)];
        try
        {
            return buffer.Length == 0 ? 0
                : Took(await RandomAccess.ReadAsync(file, buffer, start + _position, cancellationToken).ConfigureAwait(false));
        }
        catch (IOException error)
        {
            throw ArchiveProblem.Unreadable(path, error);
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin)
    {
        var target = offset + origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => _position, _ => length };
        ArgumentOutOfRangeException.ThrowIfNegative(target, nameof(offset));
        return _position = target;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && ownsFile)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }

    private long Rest => Math.Max(0, length - _position);

    private int Took(int read)
    {
        if (read == 0)
        {
            throw ArchiveProblem.Damaged(path, "it became shorter while it was read");
        }

        _position += read;
        count?.Invoke(read);
        return read;
    }
}
