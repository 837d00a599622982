using System.Management.Automation;
using ImagePusher.Core;

namespace ImagePusher.Binding;

/// <summary>Turns -Path (with wildcards) and -LiteralPath into full file system paths.</summary>
internal static class PathResolver
{
    /// <summary>Stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>The paths that a text means; a wildcard may mean none.</summary>
    /// <exception cref="InvalidImageArchiveException">There is nothing at the path, or it is none of the file system.</exception>
    public static IEnumerable<string> Existing(PSCmdlet cmdlet, string path, bool isLiteral)
    {
        if (path == StandardInput)
        {
            return [path];
        }

        try
        {
            ProviderInfo provider;
            var paths = isLiteral
                ? [cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out provider, out _)]
                : (ICollection<string>)cmdlet.GetResolvedProviderPathFromPSPath(path, out provider);
            if (provider.Name != "FileSystem")
            {
                throw Problem($"'{path}' is no path of the file system, but of {provider.Name}.");
            }

            return paths.FirstOrDefault(found => !File.Exists(found) && !Directory.Exists(found)) is { } missing ? throw Missing(missing) : paths;
        }
        catch (Exception error) when (error is ItemNotFoundException or System.Management.Automation.DriveNotFoundException or ProviderNotFoundException)
        {
            throw Missing(path);
        }
    }

    /// <summary>The full path of a file that may not exist yet.</summary>
    public static string Target(PSCmdlet cmdlet, string path) => cmdlet.GetUnresolvedProviderPathFromPSPath(path);

    private static InvalidImageArchiveException Missing(string path) => Problem($"There is no file or folder '{path}'.");

    private static InvalidImageArchiveException Problem(string message) =>
        new(message, "Check the path; it may be relative to another folder than the current one.");
}
