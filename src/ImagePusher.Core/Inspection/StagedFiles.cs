using ImagePusher.Core.IO;

namespace ImagePusher.Core.Inspection;

/// <summary>Files of a folder that have their content, but not their names yet.</summary>
/// <param name="folder">The folder.</param>
internal sealed class StagedFiles(string folder)
{
    private const int BufferSize = 128 * 1024;

    private readonly Dictionary<ContentKey, string> _files = [];
    private readonly Dictionary<string, ContentKey> _paths = new(StringComparer.Ordinal);

    /// <summary>True if the content is here.</summary>
    public bool Contains(ContentKey key) => _files.ContainsKey(key);

    /// <summary>Writes content. What the disk refuses is omitted and read later.</summary>
    public async Task AddAsync(ContentKey key, string path, Stream content, CancellationToken cancellationToken)
    {
        // Of repeated paths of a layer the last one counts; the others take no space.
        if (_paths.Remove(path, out var replaced))
        {
            Remove(replaced);
        }

        var file = Path.Combine(folder, $".{Guid.NewGuid():N}.partial");
        var isComplete = false;
        try
        {
            await WriteAsync(file, content, cancellationToken).ConfigureAwait(false);
            (_files[key], _paths[path], isComplete) = (file, key, true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException && !DiskErrors.IsFull(error))
        {
            // The second read reports the error of this file.
        }
        catch (IOException error)
        {
            throw FileTargetErrors.Unwritable(folder, error);
        }
        finally
        {
            if (!isComplete)
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>Writes content to a new file.</summary>
    public static async Task WriteAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
        await using (file.ConfigureAwait(false))
        {
            var buffer = new byte[BufferSize];
            while (await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var count and > 0)
            {
                await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Returns a file and transfers its ownership to the caller.</summary>
    public string Take(ContentKey key)
    {
        _files.Remove(key, out var file);
        return file!;
    }

    /// <summary>Deletes the files whose content is not needed.</summary>
    public void KeepOnly(Func<ContentKey, bool> isNeeded)
    {
        foreach (var key in _files.Keys.Where(key => !isNeeded(key)).ToList())
        {
            Remove(key);
        }
    }

    private void Remove(ContentKey key)
    {
        if (_files.Remove(key, out var file))
        {
            File.Delete(file);
        }
    }
}
