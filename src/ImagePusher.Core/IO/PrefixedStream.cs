namespace ImagePusher.Core.IO;

/// <summary>Reads bytes that were already taken from a stream, then the rest of that stream.</summary>
/// <param name="head">The bytes that were taken.</param>
/// <param name="rest">The stream after them.</param>
/// <param name="leaveOpen">True to leave <paramref name="rest"/> open when this stream is closed.</param>
internal sealed class PrefixedStream(ReadOnlyMemory<byte> head, Stream rest, bool leaveOpen = false) : ReadOnlyStream
{
    private long _position;

    /// <summary>The number of bytes that were read.</summary>
    public override long Position { get => _position; set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => Advance(TakeHead(buffer) is var count and > 0 ? count : rest.Read(buffer));

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Advance(TakeHead(buffer.Span) is var count and > 0 ? count : await rest.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !leaveOpen)
        {
            rest.Dispose();
        }

        base.Dispose(disposing);
    }

    private int TakeHead(Span<byte> buffer)
    {
        var count = (int)Math.Max(0, Math.Min(buffer.Length, head.Length - _position));
        if (count > 0)
        {
            head.Span.Slice((int)_position, count).CopyTo(buffer);
        }

        return count;
    }

    private int Advance(int count)
    {
        _position += count;
        return count;
    }
}
