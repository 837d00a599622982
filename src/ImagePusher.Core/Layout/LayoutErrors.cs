using ImagePusher.Core.IO;

namespace ImagePusher.Core.Layout;

/// <summary>Converts file system errors for the files of a layout to typed errors.</summary>
internal static class LayoutErrors
{
    /// <summary>Runs file work on a path of a layout.</summary>
    public static T Guard<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw From(error, path);
        }
    }

    /// <inheritdoc cref="Guard{T}(string, Func{T})"/>
    public static void Guard(string path, Action work) => Guard(path, () =>
    {
        work();
        return true;
    });

    /// <inheritdoc cref="Guard{T}(string, Func{T})"/>
    public static async ValueTask GuardAsync(string path, Func<ValueTask> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw From(error, path);
        }
    }

    public static ImagePusherException From(Exception error, string path) => error switch
    {
        NotRegularFileException other => NotRegular(other.Path, other.Kind),
        _ => DiskErrors.Classify(error, path) ?? new CacheCorruptException(
            $"'{path}' could not be read or written: {DiskErrors.Reason(error)}.",
            "Check the disk and the folder, or use a cache in another folder.",
            error),
    };

    public static CacheCorruptException NotRegular(string path, FileKind kind) => new(
        $"'{path}' is {FileKindLookup.Describe(kind)}, which a cache does not use.",
        "Remove it if you do not know who created it, or use a cache in another folder.");

    public static CacheCorruptException BrokenIndex(string path, string reason, Exception? inner = null) => new(
        $"The cache's list of images, '{path}', cannot be read: {reason}.",
        "Nothing was changed. Restore the file from a copy, or clear the cache and save the images again.",
        inner)
    { Topic = ErrorTopic.CacheIndex };
}
