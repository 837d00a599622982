namespace ImagePusher.Core.IO;

/// <summary>The default folders of the cache and of the state.</summary>
internal static class PlatformFolders
{
    /// <summary>The default cache: <c>IMAGEPUSHER_CACHE</c>, else <c>imagepusher</c> in the platform's folder for caches.</summary>
    /// <exception cref="AccessDeniedException">There is no home folder, and the temporary one in its place is not the user's.</exception>
    public static string Cache => Chosen("IMAGEPUSHER_CACHE") ?? Path.Combine(PlatformCache(), "imagepusher");

    /// <summary>The user's state: <c>IMAGEPUSHER_STATE</c>, else <c>imagepusher</c> in the platform's folder for state.</summary>
    public static string State => Chosen("IMAGEPUSHER_STATE") ?? DefaultState;

    /// <summary>The user's state where no variable names another folder. On Windows it is in the folder of the default cache.</summary>
    public static string DefaultState =>
        OperatingSystem.IsWindows() ? Path.Combine(LocalApplicationData, "imagepusher", "state")
        : OperatingSystem.IsMacOS() ? Path.Combine(Home, "Library", "Application Support", "imagepusher")
        : Path.Combine(Xdg("XDG_STATE_HOME", Path.Combine(".local", "state")) ?? Temporary("local-state"), "imagepusher");

    private static string Home =>
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);

    // For a user without an entry in the list of users, .NET and containers use the root folder as home, which the user cannot write to.
    private static bool HasHome => Home.Length > 1 || (Home == "/" && UserId.Current == 0);

    private static string LocalApplicationData =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);

    private static string PlatformCache() =>
        OperatingSystem.IsWindows() ? LocalApplicationData
        : OperatingSystem.IsMacOS() ? Path.Combine(Home, "Library", "Caches")
        : Xdg("XDG_CACHE_HOME", ".cache") ?? Private(Temporary("cache"));

    private static string? Chosen(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { } chosen && !string.IsNullOrWhiteSpace(chosen) ? Path.GetFullPath(chosen) : null;

    // A relative path is ignored, as required by the XDG Base Directory Specification.
    private static string? Xdg(string variable, string fallback)
    {
        var chosen = Environment.GetEnvironmentVariable(variable);
        return Path.IsPathRooted(chosen) ? chosen : HasHome ? Path.Combine(Home, fallback) : null;
    }

    // For users without a home folder.
    private static string Temporary(string name) => Path.Combine(Path.GetTempPath(), $"{name}-{UserId.Current}");

    // Every user of the machine could create the folder first and then control the names in the cache. The state folder is checked at each
    // use.
    private static string Private(string path)
    {
        try
        {
            FilePermissions.Private.CreateFolder(path);
            return FileStatus.Of(path) is { Kind: FileKind.Directory } folder && folder.Owner == UserId.Current
                && (folder.Mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0 ? path : throw NotUsable(path, null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NotUsable(path, error);
        }
    }

    private static AccessDeniedException NotUsable(string path, Exception? inner) => new(
        $"'{path}', the cache of users without a home folder, can't be used: it belongs to another user, or others can write to it.",
        "Set IMAGEPUSHER_CACHE, XDG_CACHE_HOME or HOME to a folder that only you can write to.", inner);
}
