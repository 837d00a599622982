using ImagePusher.Core.IO;

namespace ImagePusher.Core.Archives.Tar;

/// <summary>
/// Writes a tar to a temporary file beside its path and renames it when it is complete. A header is written after its content, when its
/// size and, if necessary, its name are known.
/// </summary>
internal sealed class TarFileWriter : IAsyncDisposable
{
    private readonly string _path;
    private readonly string _temporary;
    private readonly bool _overwrite;
    private readonly FileStream _file;
    private long _end;
    private bool _isPublished;

    /// <summary>Creates the temporary file.</summary>
    /// <param name="path">The tar's path; its directory exists.</param>
    /// <param name="overwrite">True to replace a file of that name once the tar is complete.</param>
    /// <exception cref="DestinationConflictException">A file of that name exists and must not be replaced.</exception>
    /// <exception cref="PathNotFoundException">The directory does not exist.</exception>
    /// <exception cref="AccessDeniedException">The file can't be created.</exception>
    public TarFileWriter(string path, bool overwrite)
    {
        (_path, _overwrite) = (path, overwrite);
        Check(path, overwrite);
        try
        {
            var full = Path.GetFullPath(path);
            _temporary = Path.Combine(Path.GetDirectoryName(full) ?? full, $".{Path.GetFileName(full)}.{Path.GetRandomFileName()}.partial");
            _file = new FileStream(
                _temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, 0, FileOptions.Asynchronous);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw ArchiveErrors.Unwritable(path, error);
        }
    }

    /// <summary>Rejects a path at which no tar can be created, without touching anything.</summary>
    /// <exception cref="DestinationConflictException">A file of that name exists and must not be replaced.</exception>
    /// <exception cref="PathNotFoundException">The directory does not exist.</exception>
    /// <exception cref="InvalidOptionException">The path is a folder.</exception>
    public static void Check(string path, bool overwrite)
    {
        OutputPath.RejectFolder(path, "images.tar");
        if (!overwrite && Path.Exists(path))
        {
            throw Exists(path, null);
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory && !Directory.Exists(directory))
        {
            throw ArchiveErrors.Unwritable(path, new DirectoryNotFoundException());
        }
    }

    /// <summary>Adds an entry whose content is in memory.</summary>
    /// <returns>The offset of the content, in bytes from the start of the tar.</returns>
    public Task<long> AddAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => AddAsync(
        name,
        async (stream, stop) =>
        {
            await stream.WriteAsync(content, stop).ConfigureAwait(false);
            return name;
        },
        cancellationToken);

    /// <summary>Adds an entry whose size, and perhaps name, are known only after its content was written.</summary>
    /// <param name="name">The name if it is known; null for one of at most 100 bytes.</param>
    /// <param name="write">Writes the content and returns the name; null to discard the entry.</param>
    /// <param name="cancellationToken">Cancels the writing; the entry is discarded.</param>
    /// <returns>The offset of the content, in bytes from the start of the tar.</returns>
    public async Task<long> AddAsync(
        string? name, Func<Stream, CancellationToken, Task<string?>> write, CancellationToken cancellationToken)
    {
        var start = _end + TarHeaderWriter.SizeOf(name ?? "");
        var content = new TarContentStream(_file.SafeFileHandle, start, error => ArchiveErrors.Unwritable(_path, error));
        var isComplete = false;
        try
        {
            if (await write(content, cancellationToken).ConfigureAwait(false) is { } written)
            {
                await FinishAsync(written, start, content.Length, cancellationToken).ConfigureAwait(false);
                isComplete = true;
            }
        }
        finally
        {
            if (!isComplete && !_file.SafeFileHandle.IsClosed)
            {
                RandomAccess.SetLength(_file.SafeFileHandle, _end);
            }
        }

        return start;
    }

    /// <summary>Reads back what was written.</summary>
    public async Task<byte[]> ReadAsync(long offset, int length, CancellationToken cancellationToken)
    {
        var content = new byte[length];
        var range = new FileRangeStream(_file.SafeFileHandle, offset, length, error => ArchiveErrors.Changed(_path, error));
        await using (range.ConfigureAwait(false))
        {
            await range.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        }

        return content;
    }

    /// <summary>Completes the tar, flushes it to the disk and renames it.</summary>
    /// <exception cref="DestinationConflictException">A file of that name was created in the meantime and must not be replaced.</exception>
    public async Task PublishAsync(CancellationToken cancellationToken)
    {
        await WriteAsync(new byte[2 * TarChecksum.BlockSize], _end, cancellationToken).ConfigureAwait(false);
        try
        {
            RandomAccess.FlushToDisk(_file.SafeFileHandle);
            await _file.DisposeAsync().ConfigureAwait(false);
            Rename();
            FolderFlush.Of(Path.GetDirectoryName(_temporary)!);
            _isPublished = true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw !_overwrite && Path.Exists(_path) ? Exists(_path, error) : ArchiveErrors.Unwritable(_path, error);
        }
    }

    private void Rename()
    {
        if (_overwrite)
        {
            // Other processes may have the old tar open.
            FilePublisher.Replace(_temporary, _path, Path.GetDirectoryName(_temporary)!);
        }
        else
        {
            File.Move(_temporary, _path);
        }
    }

    /// <summary>Closes the file and removes it unless it was published.</summary>
    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync().ConfigureAwait(false);
        try
        {
            if (!_isPublished)
            {
                File.Delete(_temporary);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw ArchiveErrors.Unwritable(_temporary, error);
        }
    }

    private async Task FinishAsync(string name, long start, long length, CancellationToken cancellationToken)
    {
        var padding = (int)((TarChecksum.BlockSize - (length % TarChecksum.BlockSize)) % TarChecksum.BlockSize);
        await WriteAsync(new byte[padding], start + length, cancellationToken).ConfigureAwait(false);
        await WriteAsync(TarHeaderWriter.Write(name, length), _end, cancellationToken).ConfigureAwait(false);
        _end = start + length + padding;
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> content, long offset, CancellationToken cancellationToken)
    {
        try
        {
            await RandomAccess.WriteAsync(_file.SafeFileHandle, content, offset, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw ArchiveErrors.Unwritable(_path, error);
        }
    }

    private static DestinationConflictException Exists(string path, Exception? inner) =>
        new($"The file '{path}' already exists.", "Choose another path, or allow the file to be replaced.", inner);
}
