using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.IO;

/// <summary>A range of a file as a seekable stream. It reads by position, so ranges of one handle do not affect each other.</summary>
/// <param name="file">The file.</param>
/// <param name="start">The start of the range, in bytes from the start of the file.</param>
/// <param name="length">The length of the range in bytes.</param>
/// <param name="failure">Creates the exception for a read that failed; null represents a file that became shorter.</param>
/// <param name="progress">Receives the number of bytes of each read.</param>
/// <param name="ownsFile">True to close the file with the stream.</param>
internal sealed class FileRangeStream(
    SafeFileHandle file, long start, long length, Func<IOException?, Exception> failure, Action<int>? progress = null,
    bool ownsFile = false)
    : ReadOnlyStream
{
    private long _position;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position { get => _position; set => Seek(value, SeekOrigin.Begin); }

    private long Remaining => Math.Max(0, length - _position);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        buffer = buffer[..(int)Math.Min(buffer.Length, Remaining)];
        try
        {
            return buffer.Length == 0 ? 0 : Advance(RandomAccess.Read(file, buffer, start + _position));
        }
        catch (IOException error)
        {
            throw failure(error);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        buffer = buffer[..(int)Math.Min(buffer.Length, Remaining)];
        try
        {
            return buffer.Length == 0 ? 0
                : Advance(await RandomAccess.ReadAsync(file, buffer, start + _position, cancellationToken).ConfigureAwait(false));
        }
        catch (IOException error)
        {
            throw failure(error);
        }
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin)
    {
        var target = offset + origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => _position, _ => length };
        ArgumentOutOfRangeException.ThrowIfNegative(target, nameof(offset));
        return _position = target;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && ownsFile)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Advance(int read)
    {
        if (read == 0)
        {
            throw failure(null);
        }

        _position += read;
        progress?.Invoke(read);
        return read;
    }
}
