namespace ImagePusher.Core.IO;

/// <summary>Reports how many bytes are written.</summary>
/// <param name="inner">The destination; not closed with this stream.</param>
/// <param name="progress">Receives the number of bytes of each write.</param>
internal sealed class WriteCountingStream(Stream inner, Action<int> progress) : WriteOnlyStream
{
    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        inner.Write(buffer);
        progress(buffer.Length);
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        progress(buffer.Length);
    }

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);
}
