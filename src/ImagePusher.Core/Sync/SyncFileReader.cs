using ImagePusher.Core.IO;
using ImagePusher.Core.Yaml;

namespace ImagePusher.Core.Sync;

/// <summary>Reads a sync file, in the form of skopeo or of regsync.</summary>
internal static class SyncFileReader
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="name">The name in messages.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="folder">The full path of the current folder, to which paths in the file are relative.</param>
    /// <exception cref="PathNotFoundException">The file does not exist.</exception>
    /// <exception cref="AccessDeniedException">The file cannot be read.</exception>
    /// <exception cref="InvalidOptionException">It is not a regular file.</exception>
    /// <exception cref="InvalidFileException">The file has an error; the message has line and column.</exception>
    /// <exception cref="UnsupportedContentException">The file uses a feature that is not supported.</exception>
    /// <exception cref="LimitExceededException">The file exceeds a limit.</exception>
    public static SyncFile ReadFile(string path, string name, Func<string, string?> environment, string folder) =>
        Read(Content(path, name), name, environment, folder);

    /// <summary>Reads the content of a file.</summary>
    /// <inheritdoc cref="ReadFile"/>
    public static SyncFile Read(byte[] content, string name, Func<string, string?> environment, string folder)
    {
        var root = YamlReader.Read(content, name);
        if (root is null || root.IsNull)
        {
            throw YamlErrors.Invalid(name, 1, 1, "the file is empty");
        }

        var values = new SyncValues(name, environment);
        var keys = values.Mapping(root, "the file").Select(entry => entry.Key.Text).ToHashSet();
        var file = keys.Contains("sync") || keys.Contains("version")
            ? new RegsyncReader(name, values).Read(root)
            : new SkopeoSyncReader(name, values, folder).Read(root);
        return file.Entries.Count <= SyncLimits.Entries
            ? file
            : throw YamlErrors.Limit(name, $"it has more than {SyncLimits.Entries:N0} entries");
    }

    private static byte[] Content(string path, string name)
    {
        try
        {
            return RegularFile.ReadAll(path, YamlLimits.FileLength)
                ?? throw (File.Exists(path)
                    ? YamlErrors.Limit(name, $"it has more than {YamlLimits.FileLength:N0} bytes")
                    : new PathNotFoundException($"The file '{name}' does not exist.", "Check the path and the current location."));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DiskErrors.Classify(error, name) ?? new AccessDeniedException(
                $"The file '{name}' cannot be read: {DiskErrors.Reason(error)}.", "Check the path and the permissions of the file.", error);
        }
    }
}
