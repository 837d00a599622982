using ImagePusher.Core.IO;

namespace ImagePusher.Core.State;

/// <summary>The small files of the user's state: each is replaced as a whole, and one that cannot be read counts as missing.</summary>
internal sealed class StateFolder(string root, string name)
{
    private const int MaximumSize = 64 * 1024;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

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

    /// <summary>Deletes the files that were written before a time.</summary>
    public void DeleteOlder(DateTimeOffset limit)
    {
        if (!Check())
        {
            return;
        }

        foreach (var path in Directory.EnumerateFiles(_folder))
        {
            if (FileStatus.Of(path) is { Kind: FileKind.Regular } file && file.Modified < limit)
            {
                File.Delete(path);
            }
        }
    }

    // Everything here is believed, so a folder that another user owns or can write to is not used.
    private bool Check() => IsTrusted(root) && IsTrusted(_folder);

    private static bool IsTrusted(string path)
    {
        if (FileStatus.Of(path, followLinks: true) is not { } folder)
        {
            return false;
        }

        return OperatingSystem.IsWindows() || (folder.Kind == FileKind.Directory && (folder.Mode & OthersWrite) == 0
            && (folder.Owner == UserId.Current || folder.Owner == 0))
            ? true
            : throw new UnauthorizedAccessException($"The folder '{path}' belongs to another user or is writable by others.");
    }
}
