using System.Buffers;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.State;

/// <summary>The small files of the user's state: each is replaced as a whole, and one that cannot be read counts as missing.</summary>
internal sealed class StateFolder(string root, string name)
{
    private const int MaximumSize = 64 * 1024;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private readonly string _folder = Path.Combine(root, name);

    /// <summary>Reads a file.</summary>
    /// <returns>Null if it does not exist.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be read, or others can write to the folder.</exception>
    public byte[]? Read(string file) => Check() ? RegularFile.ReadAll(Path.Combine(_folder, file), MaximumSize, followLinks: false) : null;

    /// <summary>Writes a file for the current user alone.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written, or others can write to the folder.</exception>
    public void Write(string file, ReadOnlySpan<byte> content)
    {
        ThrowIfElsewhere();
        FilePermissions.Private.CreateFolder(root);
        FilePermissions.Private.CreateFolder(_folder);
        Check();
        FilePublisher.Write(_folder, Path.Combine(_folder, file), content, FilePermissions.Private);
    }

    /// <summary>Deletes a file, if it exists.</summary>
    public void Delete(string file)
    {
        if (Check())
        {
            File.Delete(Path.Combine(_folder, file));
        }
    }

    /// <summary>Deletes the files that were written before a time, if their names are of the kind that is written here.</summary>
    public void DeleteOlder(DateTimeOffset limit)
    {
        if (!Check())
        {
            return;
        }

        foreach (var path in Directory.EnumerateFiles(_folder))
        {
            if (IsName(Path.GetFileName(path)) && FileStatus.Of(path) is { Kind: FileKind.Regular } file && file.Modified < limit)
            {
                File.Delete(path);
            }
        }
    }

    // The content is trusted, so a folder that another user owns or can write to is not used.
    private bool Check()
    {
        ThrowIfElsewhere();
        return IsTrusted(root) && IsTrusted(_folder);
    }

    // The owner of the parent folder, or of a link in place of either folder, controls the content. A group with write access to the parent
    // is often the user's own; if all users have write access, the sticky bit protects the entry.
    private void ThrowIfElsewhere()
    {
        if (!OperatingSystem.IsWindows() && Path.GetDirectoryName(root) is { } parent
            && !(IsOwn(FileStatus.Of(root)) && IsOwn(FileStatus.Of(parent)) && IsSafe(FileStatus.Of(parent, followLinks: true))))
        {
            throw new UnauthorizedAccessException(
                $"The folder '{root}' belongs to another user, is reached by a link of one, or is in a folder that others can write to.");
        }
    }

    private static bool IsSafe(FileStatus? parent) => IsOwn(parent)
        && (parent?.Mode & (UnixFileMode.OtherWrite | UnixFileMode.StickyBit)) != UnixFileMode.OtherWrite;

    private static bool IsOwn(FileStatus? entry) => entry is null || entry.Owner == UserId.Current || entry.Owner == 0;

    private static bool IsTrusted(string path)
    {
        if (FileStatus.Of(path, followLinks: true) is not { } folder)
        {
            return false;
        }

        return OperatingSystem.IsWindows() || (folder.Kind == FileKind.Directory && (folder.Mode & OthersWrite) == 0
            && IsOwn(folder))
            ? true
            : throw new UnauthorizedAccessException($"The folder '{path}' belongs to another user or is writable by others.");
    }

    // Only files with names of digests, of encodings and of temporary files, because the folder may have been selected by mistake.
    private static bool IsName(string name)
    {
        var hex = name.AsSpan(name.StartsWith("sha", StringComparison.Ordinal) ? name.IndexOf('-', StringComparison.Ordinal) + 1 : 0);
        return hex.Length >= 32 && !hex[..32].ContainsAnyExcept(HexDigits);
    }
}
