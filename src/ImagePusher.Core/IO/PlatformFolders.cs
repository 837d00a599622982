namespace ImagePusher.Core.IO;

/// <summary>The default folders for what can be fetched again and for what spares work.</summary>
internal static class PlatformFolders
{
    /// <summary>The default cache: <c>IMAGEPUSHER_CACHE</c>, else <c>imagepusher</c> in the platform's folder for caches.</summary>
    public static string Cache => Chosen("IMAGEPUSHER_CACHE") ?? Path.Combine(PlatformCache(), "imagepusher");

    /// <summary>The user's state: <c>IMAGEPUSHER_STATE</c>, else <c>imagepusher</c> in the platform's folder for state.</summary>
    public static string State => Chosen("IMAGEPUSHER_STATE")
        ?? (OperatingSystem.IsWindows() ? Path.Combine(LocalApplicationData, "imagepusher", "state")
        : OperatingSystem.IsMacOS() ? Path.Combine(Home, "Library", "Application Support", "imagepusher")
        : Path.Combine(Xdg("XDG_STATE_HOME", Path.Combine(".local", "state")), "imagepusher"));

    private static string Home =>
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);

    private static string LocalApplicationData =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);

    private static string PlatformCache() =>
        OperatingSystem.IsWindows() ? LocalApplicationData
        : OperatingSystem.IsMacOS() ? Path.Combine(Home, "Library", "Caches")
        : Xdg("XDG_CACHE_HOME", ".cache");

    private static string? Chosen(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { } chosen && !string.IsNullOrWhiteSpace(chosen) ? Path.GetFullPath(chosen) : null;

    // A relative path is ignored, as the XDG Base Directory Specification demands.
    private static string Xdg(string variable, string fallback)
    {
        var chosen = Environment.GetEnvironmentVariable(variable);
        return Path.IsPathRooted(chosen) ? chosen
            : Home.Length > 0 ? Path.Combine(Home, fallback)
            : Path.Combine(Path.GetTempPath(),
                $"{fallback.TrimStart('.').Replace(Path.DirectorySeparatorChar, '-')}-{Environment.UserName}");
    }
}
