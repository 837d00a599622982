using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;

namespace ImagePusher.Core.Cache;

/// <summary>
/// Removes the state that version 0.1 stored in the layout. It is never read, because the author of the layout could have written it.
/// </summary>
internal static class ObsoleteState
{
    /// <summary>Removes the regular files of these folders, and folders that are empty then. Called under the lock.</summary>
    public static void Remove(CachePaths paths, LayoutGuard guard)
    {
        foreach (var folder in paths.ObsoleteFolders)
        {
            LayoutErrors.Guard(folder, () => RemoveFolder(paths, folder));
        }

        foreach (var file in paths.ObsoleteFiles.Where(file => guard.RequireFile(file)))
        {
            LayoutErrors.Guard(file, () => paths.Delete(file));
        }
    }

    private static void RemoveFolder(CachePaths paths, string folder)
    {
        if (FileStatus.Of(folder)?.Kind != FileKind.Directory)
        {
            return;
        }

        foreach (var path in Directory.GetFileSystemEntries(folder).Where(path => FileStatus.Of(path)?.Kind == FileKind.Regular))
        {
            paths.Delete(path);
        }

        if (!Directory.EnumerateFileSystemEntries(folder).Any())
        {
            paths.DeleteFolder(folder);
        }
    }
}
