namespace ImagePusher.Core.Archives;

/// <summary>Writes to a file and makes its failures the exceptions of this project, told apart from those of what is written.</summary>
/// <param name="file">The file; not closed with this stream.</param>
/// <param name="translate">The exception for a failure.</param>
internal sealed class FaultStream(FileStream file, Func<IOException, ImagePusherException> translate) : Stream
{
    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => file.Length;

    /// <inheritdoc/>
    public override long Position { get => file.Position; set => Seek(value, SeekOrigin.Begin); }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            file.Write(buffer);
        }
        catch (IOException error)
        {
            throw translate(error);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await file.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw translate(error);
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush()
    {
        try
        {
            file.Flush();
        }
        catch (IOException error)
        {
            throw translate(error);
        }
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin)
    {
        try
        {
            return file.Seek(offset, origin);
        }
        catch (IOException error)
        {
            throw translate(error);
        }
    }

    /// <inheritdoc/>
    public override void SetLength(long value)
    {
        try
        {
            file.SetLength(value);
        }
        catch (IOException error)
        {
            throw translate(error);
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
