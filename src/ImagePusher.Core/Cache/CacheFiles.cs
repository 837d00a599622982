using ImagePusher.Core.IO;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Cache;

/// <summary>
/// Changes files of a cache. Others may be able to write to its folder, and to replace a part of it by a link between a check and the
/// change: every change uses the open folder.
/// </summary>
internal static class CacheFiles
{
    public static SafeFileHandle CreateNew(this CachePaths paths, string path, FilePermissions permissions)
    {
        using var folder = paths.Hold(path);
        return Named(path, () => RegularFile.CreateNew(folder.Entry(path), permissions));
    }

    public static SafeFileHandle OpenExclusive(this CachePaths paths, string path, FilePermissions? permissions)
    {
        using var folder = paths.Hold(path);
        return Named(path, () => RegularFile.OpenExclusive(folder.Entry(path), permissions));
    }

    /// <summary>Creates a folder, with its parents, if it does not exist.</summary>
    public static void CreateFolder(this CachePaths paths, string path, FilePermissions permissions)
    {
        if (Path.GetDirectoryName(path) is { } parent && parent.Length > paths.Root.Length && !Directory.Exists(parent))
        {
            paths.CreateFolder(parent, permissions);
        }

        using var folder = paths.Hold(path);
        permissions.CreateFolder(folder.Entry(path));
    }

    /// <summary>Writes a small file under a random name first.</summary>
    public static void Write(this CachePaths paths, string final, ReadOnlySpan<byte> content, FilePermissions permissions)
    {
        using var folder = paths.Hold(final);
        using var temporary = OpenFolder.Open(paths.Root, paths.PartialFolder);
        FilePublisher.Write(temporary.Path, folder.Entry(final), content, permissions);
    }

    /// <summary>Renames a closed file over another.</summary>
    public static void Replace(this CachePaths paths, string temporary, string final, Func<bool>? isEqual = null)
    {
        using var from = paths.Hold(temporary);
        using var to = paths.Hold(final);
        FilePublisher.Replace(from.Entry(temporary), to.Entry(final), paths.PartialFolder, isEqual);
    }

    /// <summary>Renames a file to a name that is free.</summary>
    public static void Move(this CachePaths paths, string file, string name)
    {
        using var from = paths.Hold(file);
        using var to = paths.Hold(name);
        File.Move(from.Entry(file), to.Entry(name));
    }

    /// <summary>Deletes a file whose name is free afterwards, also while readers have it open.</summary>
    public static void Remove(this CachePaths paths, string path)
    {
        using var folder = paths.Hold(path);
        FilePublisher.Remove(folder.Entry(path), paths.PartialFolder);
    }

    /// <summary>Deletes a file.</summary>
    public static void Delete(this CachePaths paths, string path)
    {
        using var folder = paths.Hold(path);
        File.Delete(folder.Entry(path));
    }

    /// <summary>Deletes an empty folder.</summary>
    public static void DeleteFolder(this CachePaths paths, string path)
    {
        using var folder = paths.Hold(path);
        Directory.Delete(folder.Entry(path));
    }

    // The path of the open folder has no meaning for the user.
    private static SafeFileHandle Named(string path, Func<SafeFileHandle> open)
    {
        try
        {
            return open();
        }
        catch (NotRegularFileException error)
        {
            throw new NotRegularFileException(path, error.Kind);
        }
    }

    private static OpenFolder Hold(this CachePaths paths, string entry) => OpenFolder.Open(paths.Root, Path.GetDirectoryName(entry)!);
}
