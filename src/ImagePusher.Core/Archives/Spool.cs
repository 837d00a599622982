using System.Buffers;
using System.IO.Compression;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using Microsoft.Win32.SafeHandles;
using ZstdSharp;

namespace ImagePusher.Core.Archives;

/// <summary>
/// Writes what can't be read by position – a compressed tar, standard input – to a temporary file, once. The file is gone
/// when its handle is closed, or this process dies.
/// </summary>
/// <param name="path">The archive's path, for messages.</param>
/// <param name="options">The folder and the limits.</param>
internal sealed class Spool(string path, ArchiveOptions options)
{
    private const int BufferSize = 256 * 1024;

    /// <summary>Writes a tar to a temporary file, decompressed if need be.</summary>
    /// <param name="input">The tar, plain or compressed, from its start.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <exception cref="InvalidImageArchiveException">It is no tar, can't be decompressed, or grows beyond the limits.</exception>
    /// <exception cref="InsufficientSpaceException">The temporary file can't be written.</exception>
    public async Task<SafeFileHandle> WriteAsync(Stream input, CancellationToken cancellationToken)
    {
        var head = new byte[FileFormats.HeadLength];
        var length = await ReadAsync(input, head, cancellationToken).ConfigureAwait(false);
        var counted = new PrefixedStream(head.AsMemory(0, length), input, leaveOpen: true);
        await using (counted.ConfigureAwait(false))
        {
            var content = Decode(counted, FileFormats.Of(head.AsSpan(0, length)), out var isCompressed);
            await using (content.ConfigureAwait(false))
            {
                var file = Create(out var name);
                try
                {
                    options.Log.Verbose($"'{path}' is written to the temporary file '{name}', {(isCompressed ? "decompressed" : "as it is")}.");
                    await CopyAsync(content, file, isCompressed ? counted : null, cancellationToken).ConfigureAwait(false);
                    var result = file;
                    file = null;
                    return result;
                }
                finally
                {
                    file?.Dispose();
                }
            }
        }
    }

    private Stream Decode(Stream input, FileFormat format, out bool isCompressed)
    {
        isCompressed = format != FileFormat.Tar;
        switch (format)
        {
            case FileFormat.Tar:
                return input;
            case FileFormat.Gzip:
                return new GZipStream(input, CompressionMode.Decompress, leaveOpen: true);
            case FileFormat.Zstd:
                return new DecompressionStream(input, BufferSize, leaveOpen: true);
            default:
                FileFormats.Refuse(format, path);
                throw new InvalidOperationException();
        }
    }

    private async Task CopyAsync(Stream content, SafeFileHandle file, PrefixedStream? compressed, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long written = 0;
            while (await ReadAsync(content, buffer.AsMemory(0, BufferSize), cancellationToken).ConfigureAwait(false) is var count and > 0)
            {
                Limit(written + count, compressed?.Position);
                await WriteAsync(file, buffer.AsMemory(0, count), written, cancellationToken).ConfigureAwait(false);
                written += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask<int> ReadAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is InvalidDataException or ZstdException or EndOfStreamException)
        {
            throw ArchiveProblem.Damaged(path, $"it can't be decompressed ({error.Message.TrimEnd('.')})", error);
        }
        catch (IOException error)
        {
            throw ArchiveProblem.Unreadable(path, error);
        }
    }

    private void Limit(long written, long? read)
    {
        if (written > options.MaximumSpoolBytes
            || (read is { } taken && written > options.FreeExpansionBytes && written / options.MaximumExpansion > taken))
        {
            throw ArchiveProblem.TooLarge(
                path, $"it grew to {written} bytes while it was decompressed, more than an image archive does",
                "If you trust the file, decompress it yourself and give the plain tar.");
        }
    }

    private async ValueTask WriteAsync(SafeFileHandle file, ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        try
        {
            await RandomAccess.WriteAsync(file, bytes, offset, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw NoSpace(error);
        }
    }

    private SafeFileHandle Create(out string name)
    {
        name = Path.Combine(options.SpoolFolder ?? Path.GetTempPath(), "imagepusher-" + Path.GetRandomFileName());
        try
        {
            var file = File.OpenHandle(
                name, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
            if (!OperatingSystem.IsWindows())
            {
                // Only the open handle keeps the file from here on, so that a killed process leaves nothing behind.
                File.Delete(name);
            }

            return file;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NoSpace(error);
        }
    }

    private InsufficientSpaceException NoSpace(Exception error) => new(
        $"'{path}' could not be written to a temporary file in '{options.SpoolFolder ?? Path.GetTempPath()}': {error.Message}",
        "Free space there, point TMPDIR (on Windows TEMP) to a folder with room for the whole plain tar, or decompress the file yourself.", error);
}
