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
    private readonly Dictionary<ContentKey, string> _staged = [];
    private readonly HashSet<string> _stagedPaths = new(StringComparer.Ordinal);
    private TarWriter _writer;
    private bool _declines;
    private bool _isComplete;

    /// <summary>Starts a tar.</summary>
    /// <exception cref="DestinationConflictException">The file exists and is not to be replaced.</exception>
    /// <exception cref="InvalidOptionException">The path is a folder.</exception>
    public TarTarget(string path, bool overwrite)
    {
        (_path, _overwrite) = (path, overwrite);
        OutputPath.RejectFolder(path, "files.tar");
        if (!overwrite && File.Exists(path))
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

        _writer = NewWriter();
    }

    /// <inheritdoc/>
    public bool CopiesHardLinks => false;

    /// <inheritdoc/>
    public string? Refuse(string path) => null;

    /// <inheritdoc/>
    // An entry cannot be removed from a tar: if one is not needed, the tar is begun again.
    public async Task StageAsync(ContentKey key, LayerEntry entry, Stream content, CancellationToken cancellationToken)
    {
        if (_declines)
        {
            return;
        }

        if (!_stagedPaths.Add(entry.Path))
        {
            Restart();
            return;
        }

        await WriteFileAsync(entry.Path, entry, content, cancellationToken).ConfigureAwait(false);
        _staged[key] = entry.Path;
    }

    /// <inheritdoc/>
    public void Settle(IReadOnlyDictionary<ContentKey, IReadOnlyList<string>> names)
    {
        if (_staged.Any(staged => !names.TryGetValue(staged.Key, out var paths) || !paths.Contains(staged.Value, StringComparer.Ordinal)))
        {
            Restart();
        }
    }

    /// <inheritdoc/>
    public bool HasStaged(ContentKey key) => _staged.ContainsKey(key);

    /// <inheritdoc/>
    public string? AddStaged(ContentKey key, string path, FileNode node) => null;

    /// <inheritdoc/>
    public void AddDirectory(string path, FileNode node) => Write(Describe(TarEntryType.Directory, path + "/", node.Entry));

    /// <inheritdoc/>
    public async Task<string?> AddFileAsync(string path, FileNode node, Stream content, CancellationToken cancellationToken)
    {
        await WriteFileAsync(path, node.Entry!, content, cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <inheritdoc/>
    public string? AddHardLink(string path, FileNode node, string target)
    {
        var entry = Describe(TarEntryType.HardLink, path, node.Entry);
        entry.LinkName = target;
        Write(entry);
        return null;
    }

    /// <inheritdoc/>
    public string? AddSymbolicLink(string path, FileNode node)
    {
        var entry = Describe(TarEntryType.SymbolicLink, path, node.Entry);
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

    private static GnuTarEntry Describe(TarEntryType type, string path, LayerEntry? entry) => new(type, path)
    {
        Mode = (UnixFileMode)(entry?.Mode ?? FolderTarget.DefaultMode),
        Uid = (int)Math.Min(entry?.UserId ?? 0, int.MaxValue),
        Gid = (int)Math.Min(entry?.GroupId ?? 0, int.MaxValue),
        ModificationTime = entry?.Modified is { } time && time > DateTimeOffset.UnixEpoch ? time : DateTimeOffset.UnixEpoch,
        AccessTime = default,
        ChangeTime = default,
    };

    private TarWriter NewWriter() => new(_file, TarEntryFormat.Gnu, leaveOpen: true);

    private void Restart()
    {
        _declines = true;
        _staged.Clear();
        _writer.Dispose();
        _file.SetLength(0);
        _writer = NewWriter();
    }

    private async Task WriteFileAsync(string path, LayerEntry entry, Stream content, CancellationToken cancellationToken)
    {
        var file = Describe(TarEntryType.RegularFile, path, entry);
        file.DataStream = new SizedStream(content, entry.Size);
        try
        {
            await _writer.WriteEntryAsync(file, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw FileTargetErrors.Unwritable(_path, error);
        }
    }

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
