namespace ImagePusher.Core.IO;

/// <summary>
/// Makes the reads of a pipe, terminal or device cancellable, which the operating system's are not. A canceled read continues in the
/// background into a buffer of its own, and what it returns is lost: after a cancellation the stream is not read again.
/// </summary>
/// <param name="inner">The source; not closed with this stream, since a read of it may still be pending.</param>
internal sealed class CancellableReadStream(Stream inner) : ReadOnlyStream
{
    private const int BufferSize = 256 * 1024;

    private readonly byte[] _buffer = new byte[BufferSize];

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => inner.Read(buffer);

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = Math.Min(buffer.Length, BufferSize);
        var reading = Task.Run(() => inner.Read(_buffer, 0, wanted), CancellationToken.None);
        var count = await reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        _buffer.AsSpan(0, count).CopyTo(buffer.Span);
        return count;
    }
}
