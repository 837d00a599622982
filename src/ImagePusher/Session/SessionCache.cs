using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Cache;

namespace ImagePusher.Session;

/// <summary>Finds the cache of a call: -CachePath, else Set-ImageCache, else IMAGEPUSHER_CACHE, else the default folder.</summary>
internal static class SessionCache
{
    private const string Variable = "IMAGEPUSHER_CACHE";

    /// <summary>The cache. Relative paths and PowerShell drives are resolved as all paths are, in the variable too.</summary>
    /// <exception cref="Core.ImagePusherException">The path is not a file system path.</exception>
    public static ImageCache Open(PSCmdlet cmdlet, string? path)
    {
        var session = PusherSession.Current;
        if (path is not null)
        {
            return session.Cache(PathResolver.Target(cmdlet, path));
        }

        return session.Use(session.CachePath ?? (Configured is { } value ? PathResolver.Target(cmdlet, value) : ImageCache.DefaultPath));
    }

    /// <summary>The value of IMAGEPUSHER_CACHE; null if it is not set or blank.</summary>
    public static string? Configured =>
        Environment.GetEnvironmentVariable(Variable) is { } value && !string.IsNullOrWhiteSpace(value) ? value : null;
}
