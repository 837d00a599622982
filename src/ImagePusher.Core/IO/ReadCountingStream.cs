namespace ImagePusher.Core.IO;

/// <summary>Reports how many bytes are read.</summary>
/// <param name="inner">The source; not closed with this stream.</param>
/// <param name="progress">Receives the number of bytes of each read.</param>
internal sealed class ReadCountingStream(Stream inner, Action<int> progress) : ReadOnlyStream
{
    /// <inheritdoc/>
    public override long Length => inner.Length;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        progress(read);
        return read;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        progress(read);
        return read;
    }
}
