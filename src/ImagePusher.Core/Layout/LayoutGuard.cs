using ImagePusher.Core.IO;

namespace ImagePusher.Core.Layout;

/// <summary>
/// Checks the entries of a layout before anything is written, deleted or listed through them. A layout may come from
/// an archive, a checkout or a folder that others can write to: links, special files and entries of other users are rejected.
/// </summary>
/// <remarks>The folder that the user named is trusted, wherever it leads; entries are judged against its owner and group.</remarks>
internal sealed class LayoutGuard(string root)
{
    private static readonly uint CurrentUser = UserId.Current;

    private readonly FileStatus? _root = LayoutErrors.Guard(root, () => FileStatus.Of(root, followLinks: true));

    /// <summary>The permissions of new files and folders in the layout.</summary>
    public FilePermissions Permissions => _root is null ? FilePermissions.Private : FilePermissions.Within(_root);

    /// <summary>Rejects what is not a real folder of an accepted owner.</summary>
    /// <returns>False if there is no such folder.</returns>
    /// <exception cref="CacheCorruptException">The entry is rejected.</exception>
    public bool RequireFolder(string path) => Require(path, FileKind.Directory);

    /// <summary>Rejects what is not a regular file of an accepted owner.</summary>
    /// <returns>False if there is no such file.</returns>
    /// <exception cref="CacheCorruptException">The entry is rejected.</exception>
    public bool RequireFile(string path) => Require(path, FileKind.Regular);

    /// <summary>Rejects an entry of a user who is not accepted; a link is judged by its own owner.</summary>
    /// <returns>False if there is no such entry.</returns>
    /// <exception cref="CacheCorruptException">The entry is rejected.</exception>
    public bool RequireOwner(string path)
    {
        var entry = LayoutErrors.Guard(path, () => FileStatus.Of(path));
        if (entry is null)
        {
            return false;
        }

        return IsAccepted(entry) ? true : throw Foreign(path);
    }

    /// <summary>Rejects a layout whose blobs are in a folder that a link leads to: they belong to somebody else's store.</summary>
    /// <exception cref="UnsupportedContentException">The blob folder or an algorithm's folder is a link.</exception>
    /// <exception cref="CacheCorruptException">One of them is rejected for another reason.</exception>
    public void RequireOwnBlobs(LayoutPaths paths)
    {
        foreach (var folder in paths.AlgorithmFolders.Prepend(paths.BlobFolder))
        {
            if (LayoutErrors.Guard(folder, () => FileStatus.Of(folder)) is { Kind: FileKind.SymbolicLink })
            {
                throw new UnsupportedContentException(
                    $"The blobs of '{root}' are in another folder: '{folder}' is a symbolic link, and nothing is written or "
                    + "deleted through it.",
                    "Push or export the images of this folder, or copy its blobs into it to use it as a cache.");
            }

            RequireFolder(folder);
        }
    }

    /// <summary>Lists the files of a folder, each of them checked.</summary>
    /// <exception cref="CacheCorruptException">The folder or an entry is rejected.</exception>
    public IReadOnlyList<(string Path, FileStatus Status)> RequireFiles(string folder) =>
        RequireFolder(folder) ? LayoutErrors.Guard(folder, () => List(folder)) : [];

    private List<(string Path, FileStatus Status)> List(string folder)
    {
        var files = new List<(string, FileStatus)>();
        foreach (var path in Directory.EnumerateFileSystemEntries(folder))
        {
            if (FileStatus.Of(path) is { Kind: not FileKind.Directory } entry)
            {
                files.Add((path, Check(path, entry, FileKind.Regular)));
            }
        }

        return files;
    }

    private bool Require(string path, FileKind kind)
    {
        var entry = LayoutErrors.Guard(path, () => FileStatus.Of(path));
        return entry is not null && Check(path, entry, kind) is not null;
    }

    private FileStatus Check(string path, FileStatus entry, FileKind kind) =>
        entry.Kind != kind ? throw LayoutErrors.NotRegular(path, entry.Kind)
        : !IsAccepted(entry) ? throw Foreign(path)
        : entry;

    private bool IsAccepted(FileStatus entry) =>
        OperatingSystem.IsWindows() || _root is null
        || entry.Owner == 0 || entry.Owner == CurrentUser || entry.Owner == _root.Owner
        || (_root.IsGroupWritable && entry.Group == _root.Group);

    private CacheCorruptException Foreign(string path) => new(
        $"'{path}' belongs to another user, who is neither the owner of the folder '{root}' nor in its group.",
        "Remove it if you do not know who created it, use a cache in another folder, or make the folder writable by its group.");
}
