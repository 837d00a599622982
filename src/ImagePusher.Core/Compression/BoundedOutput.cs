namespace ImagePusher.Core.Compression;

/// <summary>Takes a compressor's output into memory as long as it fits, and says when it did not.</summary>
/// <param name="destination">All the room that there is.</param>
internal sealed class BoundedOutput(Memory<byte> destination) : Stream
{
    private bool _isSealed;

    /// <summary>How many bytes were taken.</summary>
    public int Count { get; private set; }

    /// <summary>True if there were more than fit.</summary>
    public bool IsFull { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => Count;

    /// <inheritdoc/>
    public override long Position { get => Count; set => throw new NotSupportedException(); }

    /// <summary>From now on nothing is taken any more, and nothing is amiss with that.</summary>
    public void Seal() => _isSealed = true;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_isSealed || IsFull)
        {
            return;
        }

        if (buffer.Length > destination.Length - Count)
        {
            IsFull = true;
            return;
        }

        buffer.CopyTo(destination.Span[Count..]);
        Count += buffer.Length;
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
        // It is in memory already.
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
