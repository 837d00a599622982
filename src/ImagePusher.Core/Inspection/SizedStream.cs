using ImagePusher.Core.IO;

namespace ImagePusher.Core.Inspection;

/// <summary>
/// Content of a known size. TarWriter reads the size before the content, and only from a stream that reports itself as seekable.
/// </summary>
internal sealed class SizedStream(Stream inner, long size) : ReadOnlyStream
{
    private long _read;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override long Length => size;

    /// <inheritdoc/>
    public override long Position
    {
        get => _read;
        set => _ = value == _read ? value : throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var count = inner.Read(buffer);
        _read += count;
        return count;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _read += count;
        return count;
    }
}
