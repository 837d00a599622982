using ImagePusher.Core.IO;

namespace ImagePusher.Core.Inspection;

/// <summary>
/// Writes files of an image below a folder. A new folder is put in place when it is complete; in an existing one each file is. Nothing
/// is written through a link: the folders above are checked, and links are created last.
/// </summary>
internal sealed class FolderTarget : IFileTarget
{
    /// <summary>The permissions of a folder that no layer describes: 0755.</summary>
    public const int DefaultMode = 0x1ED;

    // Set-user-ID and similar bits would apply with the rights of the current user.
    private const int PermissionBits = 0x1FF;
    private const int OwnerBits = 0x1C0;

    private readonly string _path;
    private readonly string _root;
    private readonly bool _isNew;
    private readonly StagedFiles _staged;
    private readonly HashSet<string> _checked = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
    private readonly List<(string Path, FileNode Node)> _folders = [];
    private bool _isComplete;

    /// <summary>Starts to write into a folder.</summary>
    /// <exception cref="DestinationConflictException">
    /// The folder has content that is not to be replaced, or it is a file or a link.
    /// </exception>
    public FolderTarget(string path, bool overwrite)
    {
        _path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var exists = Directory.Exists(_path);
        if (File.Exists(_path) || (exists && new DirectoryInfo(_path).LinkTarget is not null)
            || (exists && !overwrite && Directory.EnumerateFileSystemEntries(_path).Any()))
        {
            throw FileTargetErrors.Exists(_path);
        }

        _isNew = !exists;
        _root = exists ? _path : Path.Combine(Path.GetDirectoryName(_path) ?? _path, $".{Guid.NewGuid():N}.partial");
        _staged = new StagedFiles(_root);
        Guard(() => Directory.CreateDirectory(_root));
    }

    /// <inheritdoc/>
    public bool CopiesHardLinks => true;

    /// <inheritdoc/>
    public string? Refuse(string path) =>
        OperatingSystem.IsWindows() && !WindowsFileNames.IsOrdinary(path) ? "Windows has no file of this name"
        : !_names.Add(path) ? "this file system does not distinguish it from another file of the image"
        : null;

    /// <inheritdoc/>
    public Task StageAsync(ContentKey key, LayerEntry entry, Stream content, CancellationToken cancellationToken) =>
        _staged.AddAsync(key, entry.Path, content, cancellationToken);

    /// <inheritdoc/>
    public void Settle(IReadOnlyDictionary<ContentKey, IReadOnlyList<string>> names) => _staged.KeepOnly(names.ContainsKey);

    /// <inheritdoc/>
    public bool HasStaged(ContentKey key) => _staged.Contains(key);

    /// <inheritdoc/>
    public string? AddStaged(ContentKey key, string path, FileNode node)
    {
        var file = _staged.Take(key);
        try
        {
            return Try(path, full => Publish(file, full, node));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <inheritdoc/>
    public void AddDirectory(string path, FileNode node)
    {
        if (CreateFolder(path) is null)
        {
            _folders.Add((path, node));
        }
    }

    /// <inheritdoc/>
    public async Task<string?> AddFileAsync(string path, FileNode node, Stream content, CancellationToken cancellationToken)
    {
        var full = Full(path);
        if (CreateFolder(LayerPath.DirectoryOf(path)) is { } refused)
        {
            return refused;
        }

        var temporary = Beside(full);
        try
        {
            await StagedFiles.WriteAsync(temporary, content, cancellationToken).ConfigureAwait(false);
            Publish(temporary, full, node);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException && !DiskErrors.IsFull(error))
        {
            return DiskErrors.Reason(error);
        }
        catch (IOException error)
        {
            throw FileTargetErrors.Unwritable(_path, error);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <inheritdoc/>
    // .NET creates no hard links; the second name gets the content too. What has the name may be a link and is replaced, not followed.
    public string? AddHardLink(string path, FileNode node, string target) => Try(path, full =>
    {
        var temporary = Beside(full);
        try
        {
            File.Copy(Full(target), temporary);
            Publish(temporary, full, node);
        }
        finally
        {
            File.Delete(temporary);
        }
    });

    /// <inheritdoc/>
    // An absolute link means the root of the image, so it becomes a relative one.
    public string? AddSymbolicLink(string path, FileNode node) => Try(path, full =>
    {
        var link = node.Entry!.Link;
        if (link.StartsWith('/'))
        {
            link = string.Concat(Enumerable.Repeat("../", path.Count(character => character == '/'))) + LayerPath.Clean(link, out _);
            link = link.Length > 0 ? link : ".";
        }

        File.Delete(full);
        File.CreateSymbolicLink(full, link);
    });

    /// <inheritdoc/>
    public void Complete() => Guard(() =>
    {
        // From the innermost folder to the root, because the permissions of a folder can prevent writing to it.
        foreach (var (path, node) in Enumerable.Reverse(_folders))
        {
            DescribeFolder(Full(path), node);
        }

        if (_isNew)
        {
            Directory.Move(_root, _path);
        }

        _isComplete = true;
    });

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_isNew && !_isComplete && Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }
        else if (!_isComplete)
        {
            _staged.KeepOnly(_ => false);
        }

        return ValueTask.CompletedTask;
    }

    private string Full(string path) => Path.Combine(_root, path.Replace('/', Path.DirectorySeparatorChar));

    private static string Beside(string full) => Path.Combine(Path.GetDirectoryName(full)!, $".{Guid.NewGuid():N}.partial");

    // Each part is created or checked, so that no link leads out.
    private string? CreateFolder(string path)
    {
        if (path.Length == 0 || _checked.Contains(path))
        {
            return null;
        }

        if (CreateFolder(LayerPath.DirectoryOf(path)) is { } refused)
        {
            return refused;
        }

        try
        {
            var folder = new DirectoryInfo(Full(path));
            if (folder.LinkTarget is not null || File.Exists(folder.FullName))
            {
                return "a link or file of the target is in its way";
            }

            folder.Create();
            _checked.Add(path);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException && !DiskErrors.IsFull(error))
        {
            return DiskErrors.Reason(error);
        }
    }

    private string? Try(string path, Action<string> write)
    {
        try
        {
            if (CreateFolder(LayerPath.DirectoryOf(path)) is { } refused)
            {
                return refused;
            }

            write(Full(path));
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException && !DiskErrors.IsFull(error))
        {
            return DiskErrors.Reason(error);
        }
    }

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileTargetErrors.Unwritable(_path, error);
        }
    }

    private static void Publish(string temporary, string full, FileNode node)
    {
        Describe(temporary, node);
        File.Move(temporary, full, overwrite: true);
    }

    private static void Describe(string file, FileNode node)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, (UnixFileMode)(node.Entry!.Mode & PermissionBits));
        }

        if (node.Entry!.Modified is { } time && time > DateTimeOffset.UnixEpoch)
        {
            File.SetLastWriteTimeUtc(file, time.UtcDateTime);
        }
    }

    private static void DescribeFolder(string folder, FileNode node)
    {
        // The user who saved the folder must be able to delete it.
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, (UnixFileMode)(((node.Entry?.Mode ?? DefaultMode) & PermissionBits) | OwnerBits));
        }

        if (node.Entry?.Modified is { } time && time > DateTimeOffset.UnixEpoch)
        {
            Directory.SetLastWriteTimeUtc(folder, time.UtcDateTime);
        }
    }
}
