namespace ImagePusher.Core.Cache;

/// <summary>Finds the folder of the default cache.</summary>
internal static class CacheFolder
{
    public static string Default => Environment.GetEnvironmentVariable("IMAGEPUSHER_CACHE") is { Length: > 0 } chosen
        ? Path.GetFullPath(chosen)
        : Path.Combine(PlatformFolder(), "imagepusher");

    private static string PlatformFolder()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        if (OperatingSystem.IsWindows())
        {
            return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        }

        if (OperatingSystem.IsMacOS())
        {
            return Path.Combine(home, "Library", "Caches");
        }

        // The specification says to ignore a relative path here (XDG Base Directory).
        var xdg = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        return Path.IsPathRooted(xdg) ? xdg
            : home.Length > 0 ? Path.Combine(home, ".cache")
            : Path.Combine(Path.GetTempPath(), $"cache-{Environment.UserName}");
    }
}
