using System.Formats.Tar;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Inspection;

/// <summary>Writes files of an image to a tar with their permissions, owners and times. It is put in place when it is complete.</summary>
internal sealed class TarTarget : IFileTarget
{
    private readonly string _path;
    private readonly string _folder;
    private readonly string _temporary;
    private readonly bool _overwrite;
    private readonly FileStream _file;
    private readonly TarWriter _writer;
    private bool _isComplete;

    /// <summary>Starts a tar.</summary>
    /// <exception cref="DestinationConflictException">The file exists and is not to be replaced.</exception>
    public TarTarget(string path, bool overwrite)
    {
        (_path, _overwrite) = (path, overwrite);
        if (Directory.Exists(path) || (!overwrite && File.Exists(path)))
        {
            throw FileTargetErrors.Exists(path);
        }

        _folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        _temporary = Path.Combine(_folder, $".{Guid.NewGuid():N}.partial");
        try
        {
            _file = new FileStream(_temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 128 * 1024);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileTargetErrors.Unwritable(path, error);
        }

        _writer = new TarWriter(_file, TarEntryFormat.Gnu, leaveOpen: true);
    }

    /// <inheritdoc/>
    public string? Refuse(string path) => null;

    /// <inheritdoc/>
    public void AddDirectory(string path, FileNode node) => Write(Describe(TarEntryType.Directory, path + "/", node));

    /// <inheritdoc/>
    public async Task<string?> AddFileAsync(string path, FileNode node, Stream content, CancellationToken cancellationToken)
    {
        var entry = Describe(TarEntryType.RegularFile, path, node);
        entry.DataStream = new SizedStream(content, node.Entry!.Size);
        try
        {
            await _writer.WriteEntryAsync(entry, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw FileTargetErrors.Unwritable(_path, error);
        }

        return null;
    }

    /// <inheritdoc/>
    public string? AddHardLink(string path, FileNode node, string target)
    {
        var entry = Describe(TarEntryType.HardLink, path, node);
        entry.LinkName = target;
        Write(entry);
        return null;
    }

    /// <inheritdoc/>
    public string? AddSymbolicLink(string path, FileNode node)
    {
        var entry = Describe(TarEntryType.SymbolicLink, path, node);
        entry.LinkName = node.Entry!.Link;
        Write(entry);
        return null;
    }

    /// <inheritdoc/>
    public void Complete()
    {
        try
        {
            _writer.Dispose();
            _file.Flush(flushToDisk: true);
            _file.Dispose();
            if (_overwrite)
            {
                FilePublisher.Replace(_temporary, _path, _folder);
            }
            else
            {
                File.Move(_temporary, _path, overwrite: false);
            }

            _isComplete = true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw File.Exists(_path) && !_overwrite ? FileTargetErrors.Exists(_path) : FileTargetErrors.Unwritable(_path, error);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_isComplete)
        {
            await _file.DisposeAsync().ConfigureAwait(false);
            File.Delete(_temporary);
        }
    }

    private static GnuTarEntry Describe(TarEntryType type, string path, FileNode node) => new(type, path)
    {
        Mode = (UnixFileMode)(node.Entry?.Mode ?? FolderTarget.DefaultMode),
        Uid = (int)Math.Min(node.Entry?.UserId ?? 0, int.MaxValue),
        Gid = (int)Math.Min(node.Entry?.GroupId ?? 0, int.MaxValue),
        ModificationTime = node.Entry?.Modified is { } time && time > DateTimeOffset.UnixEpoch ? time : DateTimeOffset.UnixEpoch,
        AccessTime = default,
        ChangeTime = default,
    };

    private void Write(TarEntry entry)
    {
        try
        {
            _writer.WriteEntry(entry);
        }
        catch (IOException error)
        {
            throw FileTargetErrors.Unwritable(_path, error);
        }
    }
}
