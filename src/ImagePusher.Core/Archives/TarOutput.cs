using System.Formats.Tar;
using System.IO.Pipelines;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Archives;

/// <summary>
/// A tar that is being made: written to a temporary file beside its place, there under its name only when it is whole.
/// </summary>
/// <remarks>
/// GNU's form: sizes beyond 8 GiB and the long names of sha512 go in without an extended header of PAX, into which TarWriter
/// puts the process id. Files of root, readable by all, dated 1970: the same content gives the same bytes.
/// </remarks>
internal sealed class TarOutput : IAsyncDisposable
{
    // Enough that who makes the content and who writes it seldom wait for each other.
    private static readonly PipeOptions Window = new(
        pauseWriterThreshold: 1024 * 1024, resumeWriterThreshold: 512 * 1024, minimumSegmentSize: 64 * 1024, useSynchronizationContext: false);

    private readonly string _path;
    private readonly string _temporary;
    private readonly bool _overwrite;
    private readonly FileStream _file;
    private readonly FaultStream _content;
    private readonly TarWriter _tar;
    private bool _isPublished;

    /// <summary>Makes the temporary file.</summary>
    /// <exception cref="DestinationConflictException">There is a file of that name, and it may not be replaced.</exception>
    /// <exception cref="InvalidImageArchiveException">The file can't be made.</exception>
    public TarOutput(string path, bool overwrite)
    {
        (_path, _overwrite) = (path, overwrite);
        Check(path, overwrite);
        try
        {
            var full = Path.GetFullPath(path);
            _temporary = Path.Combine(Path.GetDirectoryName(full) ?? full, $".{Path.GetFileName(full)}.{Path.GetRandomFileName()}.partial");
            _file = new FileStream(_temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, 128 * 1024, FileOptions.Asynchronous);
            _content = new FaultStream(_file, error => ArchiveProblem.Unwritable(path, error));
            _tar = new TarWriter(_content, TarEntryFormat.Gnu, leaveOpen: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw ArchiveProblem.Unwritable(path, error);
        }
    }

    /// <summary>Refuses a path at which no tar can be made because of what is there, or is not.</summary>
    /// <exception cref="DestinationConflictException">There is a file of that name, and it may not be replaced.</exception>
    /// <exception cref="InvalidImageArchiveException">There is a folder of that name, or the folder of the path is not there.</exception>
    public static void Check(string path, bool overwrite)
    {
        if (!overwrite && Path.Exists(path))
        {
            throw Exists(path, null);
        }

        if (Directory.Exists(path))
        {
            throw ArchiveProblem.Unwritable(path, new UnauthorizedAccessException("it is a folder."));
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
        {
            throw ArchiveProblem.Unwritable(path, new DirectoryNotFoundException());
        }
    }

    /// <summary>Adds an entry whose content is at hand.</summary>
    /// <returns>Where the content starts.</returns>
    public async Task<long> AddAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var data = new MemoryStream(content.ToArray(), writable: false);
        await using (data.ConfigureAwait(false))
        {
            var entry = Entry(name, data);
            await WholeAsync(
                async () =>
                {
                    await _tar.WriteEntryAsync(entry, cancellationToken).ConfigureAwait(false);
                    return true;
                }).ConfigureAwait(false);
            return entry.DataOffset;
        }
    }

    /// <summary>Adds an entry whose size, and perhaps name, are known only when its content was written: TarWriter puts the header in front then.</summary>
    /// <param name="name">The name, if it is known; else it has at most 100 characters.</param>
    /// <param name="write">Writes the content and gives the entry's name; null to take the entry back.</param>
    /// <param name="cancellationToken">Stops the writing; the entry is taken back.</param>
    /// <returns>Where the content starts.</returns>
    public async Task<long> AddAsync(string? name, Func<Stream, CancellationToken, Task<string?>> write, CancellationToken cancellationToken)
    {
        var pipe = new Pipe(Window);
        var content = pipe.Reader.AsStream();
        await using (content.ConfigureAwait(false))
        {
            var entry = Entry(name ?? "content", content);
            await WholeAsync(() => PassAsync(pipe, entry, write, cancellationToken)).ConfigureAwait(false);
            return entry.DataOffset;
        }
    }

    /// <summary>Reads back what was written.</summary>
    public async Task<byte[]> ReadAsync(long offset, int length, CancellationToken cancellationToken)
    {
        var content = new byte[length];
        await _content.FlushAsync(cancellationToken).ConfigureAwait(false);
        var slice = new FileRangeStream(_file.SafeFileHandle, offset, length, error => ArchiveProblem.Changed(_path, error));
        await using (slice.ConfigureAwait(false))
        {
            await slice.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        }

        return content;
    }

    /// <summary>Ends the tar, brings it to the disk and gives it its name.</summary>
    /// <exception cref="DestinationConflictException">There is a file of that name by now, and it may not be replaced.</exception>
    public async Task PublishAsync(CancellationToken cancellationToken)
    {
        await _tar.DisposeAsync().ConfigureAwait(false);
        await _content.FlushAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            RandomAccess.FlushToDisk(_file.SafeFileHandle);
            await _file.DisposeAsync().ConfigureAwait(false);
            File.Move(_temporary, _path, _overwrite);
            FolderFlush.Of(Path.GetDirectoryName(_temporary)!);
            _isPublished = true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw !_overwrite && Path.Exists(_path) ? Exists(_path, error) : ArchiveProblem.Unwritable(_path, error);
        }
    }

    /// <summary>Closes the file; it is removed unless it was published.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _file.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Closing writes what was still in memory; on a full disk that fails, and goes away with the file.
        }

        try
        {
            if (!_isPublished)
            {
                File.Delete(_temporary);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw ArchiveProblem.Unwritable(_temporary, error);
        }
    }

    private static GnuTarEntry Entry(string name, Stream content) =>
        new(TarEntryType.RegularFile, name) { DataStream = content, ModificationTime = DateTimeOffset.UnixEpoch };

    // Both run at once. What stops one stops the other; the first failure is the one that is thrown.
    private async Task<bool> PassAsync(
        Pipe pipe, GnuTarEntry entry, Func<Stream, CancellationToken, Task<string?>> write, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var filling = FillAsync(pipe.Writer, entry, write, stop.Token);
        try
        {
            await _tar.WriteEntryAsync(entry, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // With the error: a pipe that nobody reads any more takes all that is written, and looks at no token.
            await pipe.Reader.CompleteAsync(error).ConfigureAwait(false);
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)filling).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        return await filling.ConfigureAwait(false);
    }

    private static async Task<bool> FillAsync(
        PipeWriter pipe, GnuTarEntry entry, Func<Stream, CancellationToken, Task<string?>> write, CancellationToken cancellationToken)
    {
        try
        {
            var name = await write(pipe.AsStream(leaveOpen: true), cancellationToken).ConfigureAwait(false);

            // TarWriter makes the header when the content has come to its end.
            entry.Name = name ?? entry.Name;
            await pipe.CompleteAsync().ConfigureAwait(false);
            return name is not null;
        }
        catch (Exception error)
        {
            await pipe.CompleteAsync(error).ConfigureAwait(false);
            throw;
        }
    }

    private async Task WholeAsync(Func<Task<bool>> write)
    {
        var start = _content.Position;
        var isWhole = false;
        try
        {
            isWhole = await write().ConfigureAwait(false);
        }
        finally
        {
            if (!isWhole)
            {
                _content.SetLength(start);
                _content.Position = start;
            }
        }
    }

    private static DestinationConflictException Exists(string path, Exception? inner) =>
        new($"There is a file '{path}' already.", "Choose another path, or replace it with -Force.", inner);
}
