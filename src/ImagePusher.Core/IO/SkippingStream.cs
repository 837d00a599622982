namespace ImagePusher.Core.IO;

/// <summary>
/// Discards the first bytes that are written and passes on the rest: for content that can only be produced from its start.
/// </summary>
/// <param name="inner">The destination; not closed with this stream.</param>
/// <param name="skip">The number of bytes to discard.</param>
internal sealed class SkippingStream(Stream inner, long skip) : WriteOnlyStream
{
    private long _skip = skip;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var skipped = Skip(buffer.Length);
        inner.Write(buffer[skipped..]);
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var skipped = Skip(buffer.Length);
        return skipped == buffer.Length ? ValueTask.CompletedTask : inner.WriteAsync(buffer[skipped..], cancellationToken);
    }

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    private int Skip(int count)
    {
        var skipped = (int)Math.Min(_skip, count);
        _skip -= skipped;
        return skipped;
    }
}
