namespace ImagePusher.Core.Cache;

/// <summary>Turns what the file system throws into the typed errors that a user meets; the one place that knows error numbers.</summary>
internal static class CacheErrors
{
    private const string OtherFolder = "choose another folder with Set-ImageCache -Path or IMAGEPUSHER_CACHE";

    /// <summary>Runs file work on a path of the cache.</summary>
    public static T Guard<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (IOException error)
        {
            throw From(error, path);
        }
        catch (UnauthorizedAccessException error)
        {
            throw Denied(error, path);
        }
    }

    /// <summary>Runs file work on a path of the cache.</summary>
    public static void Guard(string path, Action work) => Guard(path, () =>
    {
        work();
        return true;
    });

    /// <summary>Runs file work on a path of the cache.</summary>
    public static async ValueTask GuardAsync(string path, Func<ValueTask> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw From(error, path);
        }
        catch (UnauthorizedAccessException error)
        {
            throw Denied(error, path);
        }
    }

    /// <summary>True if a file could not be opened because another handle holds it.</summary>
    public static bool IsBusy(IOException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return OperatingSystem.IsWindows()
            ? error.HResult is unchecked((int)0x80070020) or unchecked((int)0x80070021)
            : error.HResult == (OperatingSystem.IsLinux() ? 11 : 35);
    }

    public static ImagePusherException From(IOException error, string path) => error switch
    {
        _ when IsFull(error) => new InsufficientSpaceException(
            $"There is no room for {path}: {error.Message}",
            $"Free some space on that disk, run Optimize-ImageCache, or {OtherFolder}.",
            error),
        _ when IsReadOnly(error) => Denied(error, path),
        _ => new CacheCorruptException(
            $"The cache file {path} could not be read or written: {error.Message}",
            $"Check the disk and the folder; Test-CachedImage -Full tells which images are whole. Or {OtherFolder}.",
            error),
    };

    public static CacheCorruptException BrokenIndex(string path, string why, Exception? inner = null) => new(
        $"The cache's list of images, {path}, can't be read: {why}.",
        "Nothing was changed. Restore the file from a copy; or empty the cache with Clear-ImageCache and save the images again; or "
        + OtherFolder + ".",
        inner);

    public static CacheLockedException Denied(Exception error, string path) => new(
        $"The cache file {path} may not be opened or written: {error.Message}",
        $"Give this user the right to write to the cache's folder and its files, or {OtherFolder}.",
        error);

    // ENOSPC, EFBIG and EDQUOT; ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL and ERROR_DISK_QUOTA_EXCEEDED.
    private static bool IsFull(IOException error) => OperatingSystem.IsWindows()
        ? error.HResult is unchecked((int)0x80070027) or unchecked((int)0x80070070) or unchecked((int)0x8007050F)
        : error.HResult is 28 or 27 || error.HResult == (OperatingSystem.IsLinux() ? 122 : 69);

    // EROFS; ERROR_WRITE_PROTECT.
    private static bool IsReadOnly(IOException error) =>
        OperatingSystem.IsWindows() ? error.HResult == unchecked((int)0x80070013) : error.HResult == 30;
}
