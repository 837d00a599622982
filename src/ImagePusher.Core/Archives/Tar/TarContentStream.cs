using ImagePusher.Core.IO;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Archives.Tar;

/// <summary>
/// Writes the content of a tar entry. Failures of the disk become errors of the tar, so that they differ from those of the
/// content's source.
/// </summary>
/// <param name="file">The tar; not closed with the stream.</param>
/// <param name="start">The offset of the content, in bytes from the start of the tar.</param>
/// <param name="failure">Creates the exception for a write that failed.</param>
internal sealed class TarContentStream(SafeFileHandle file, long start, Func<IOException, Exception> failure) : WriteOnlyStream
{
    /// <summary>The number of bytes that were written.</summary>
    public override long Length => Position;

    /// <inheritdoc/>
    public override long Position { get; set; }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            RandomAccess.Write(file, buffer, start + Position);
        }
        catch (IOException error)
        {
            throw failure(error);
        }

        Position += buffer.Length;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await RandomAccess.WriteAsync(file, buffer, start + Position, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw failure(error);
        }

        Position += buffer.Length;
    }
}
