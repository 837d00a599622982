using System.Buffers;
using ImagePusher.Core.Compression;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Archives;

/// <summary>
/// Writes non-seekable input, such as a compressed tar or a pipe, to a temporary file once. Only this user can read the file, and it is
/// deleted when its handle is closed or the process ends.
/// </summary>
/// <param name="path">The archive's path, for messages.</param>
/// <param name="options">The directory and the limits.</param>
internal sealed class TemporaryCopy(string path, ArchiveOptions options)
{
    private const int BufferSize = 256 * 1024;

    private string Directory => options.TemporaryDirectory ?? Path.GetTempPath();

    /// <summary>Writes a tar to a temporary file, uncompressed.</summary>
    /// <param name="input">The tar, uncompressed or compressed, from its start; not closed.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <exception cref="InvalidImageArchiveException">It is not a tar, or can't be decompressed.</exception>
    /// <exception cref="LimitExceededException">It grows beyond the limits.</exception>
    /// <exception cref="InsufficientSpaceException">The disk of the temporary file is full.</exception>
    public async Task<FileStream> WriteAsync(Stream input, CancellationToken cancellationToken)
    {
        var head = new byte[ContentDetector.HeadLength];
        var length = await ReadAsync(input, head, cancellationToken).ConfigureAwait(false);
        var counted = new PrefixedStream(head.AsMemory(0, length), input, leaveOpen: true);
        var kind = ContentDetector.Detect(head.AsSpan(0, length));
        if (kind is not (ContentKind.Tar or ContentKind.Gzip or ContentKind.Zstd))
        {
            throw ArchiveErrors.NotATar(path, kind);
        }

        var content = LayerDecoder.Open(counted, kind, head.AsSpan(0, length), $"The image archive '{path}'");
        await using (content.ConfigureAwait(false))
        {
            var file = Create();
            var isComplete = false;
            try
            {
                var how = kind is ContentKind.Tar ? "" : ", decompressed";
                options.Log.Information($"'{path}' is written to the temporary file '{file.Name}'{how}.");
                await CopyAsync(content, file, kind is ContentKind.Tar ? null : counted, cancellationToken).ConfigureAwait(false);
                isComplete = true;
                return file;
            }
            finally
            {
                if (!isComplete)
                {
                    await file.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
    }

    private async Task CopyAsync(Stream content, FileStream file, PrefixedStream? compressed, CancellationToken cancellationToken)
    {
        var guard = new ExpansionGuard(
            $"The image archive '{path}'", options.MaximumExpansionRatio, options.ExpansionAllowance, options.MaximumTemporaryBytes);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long written = 0;
            while (await ReadAsync(content, buffer.AsMemory(0, BufferSize), cancellationToken).ConfigureAwait(false) is var count and > 0)
            {
                if (written == 0)
                {
                    RequireTar(buffer.AsSpan(0, count), compressed is not null);
                }

                guard.Check(compressed?.Position, written + count);
                await WriteAsync(file, buffer.AsMemory(0, count), written, cancellationToken).ConfigureAwait(false);
                written += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // The error describes the content, such as a page of a server or a second compression.
    private void RequireTar(ReadOnlySpan<byte> content, bool isDecompressed)
    {
        var kind = ContentDetector.Detect(content[..Math.Min(content.Length, ContentDetector.HeadLength)]);
        if (isDecompressed && kind is ContentKind.Gzip or ContentKind.Zstd)
        {
            throw ArchiveErrors.NotAnArchive(path, "it is compressed twice", "Decompress it once, and use the result.");
        }

        if (isDecompressed && kind is not (ContentKind.Tar or ContentKind.Unknown))
        {
            throw ArchiveErrors.NotATar(path, kind);
        }
    }

    private async ValueTask<int> ReadAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (LayerDecoder.IsDecoderError(error))
        {
            throw LayerDecoder.Translate(
                error, $"The image archive '{path}'", reason => ArchiveErrors.Damaged(path, $"it can't be decompressed ({reason})", error));
        }
        catch (IOException error)
        {
            throw ArchiveErrors.Unreadable(path, error);
        }
    }

    private async ValueTask WriteAsync(FileStream file, ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        try
        {
            await RandomAccess.WriteAsync(file.SafeFileHandle, bytes, offset, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw Failed(error);
        }
    }

    private FileStream Create()
    {
        try
        {
            return TemporaryFile.Create(Directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failed(error);
        }
    }

    private ImagePusherException Failed(Exception error)
    {
        var message = $"'{path}' could not be written to a temporary file in '{Directory}': {DiskErrors.Reason(error)}.";
        const string Action =
            "Set TMPDIR (on Windows TEMP) to a directory with space for the uncompressed tar, or decompress the file yourself.";
        return error switch
        {
            _ when DiskErrors.IsFull(error) => new InsufficientSpaceException(message, "Free space there. Or: " + Action, error),
            DirectoryNotFoundException => new PathNotFoundException(message, Action, error),
            _ => new AccessDeniedException(message, Action, error),
        };
    }
}
