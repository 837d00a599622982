using System.Collections;
using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.Cache;
using ImagePusher.Session;

namespace ImagePusher.Binding;

/// <summary>What completion sees of a cache: the one that -CachePath names, else the session's.</summary>
internal static class CachedEntries
{
    private const string Resolve = "param($path) $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($path)";

    public static IReadOnlyList<CacheEntry> Of(IDictionary bound)
    {
        try
        {
            var path = bound["CachePath"] is { } given ? FullPath(given) : null;
            return PusherSession.Current.Cache(path).ListAsync(CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is ImagePusherException or RuntimeException or ArgumentException)
        {
            // A cache that can't be read is the next command's error, not the Tab key's.
            return [];
        }
    }

    private static string FullPath(object path)
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        return shell.AddScript(Resolve).AddArgument(path).Invoke<string>()[0];
    }
}
