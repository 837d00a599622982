using System.Text.Json;

namespace ImagePusher.Core.Cache;

/// <summary>Our own small files. Whatever is wrong with one, it is as if it were not there: they only spare work.</summary>
internal static class StateFile
{
    public static T? Read<T>(string path, Func<JsonElement, T> read)
        where T : class
    {
        var bytes = CacheErrors.Guard(path, () => File.Exists(path) ? File.ReadAllBytes(path) : null);
        if (bytes is null)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(bytes);
            return read(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Writes a file under the lock. A secret one is for its owner alone.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content, bool isSecret)
    {
        var temporary = path + ".new";
        try
        {
            CreateFolder(Path.GetDirectoryName(path)!, isSecret);
            CacheLayout.Publish(temporary, path, content, isSecret ? UnixFileMode.UserRead | UnixFileMode.UserWrite : null);
        }
        catch (IOException error)
        {
            throw CacheErrors.From(error, path);
        }
        catch (UnauthorizedAccessException error)
        {
            throw CacheErrors.Denied(error, path);
        }
    }

    public static void Delete(string path) => CacheErrors.Guard(path, () =>
    {
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    });

    private static void CreateFolder(string path, bool isSecret)
    {
        if (isSecret && !OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        else
        {
            Directory.CreateDirectory(path);
        }
    }
}
