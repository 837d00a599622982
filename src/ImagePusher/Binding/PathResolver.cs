using System.Management.Automation;
using ImagePusher.Core;

namespace ImagePusher.Binding;

/// <summary>Turns -Path (with wildcards) and -LiteralPath into full file system paths.</summary>
internal static class PathResolver
{
    /// <summary>Stands for standard input.</summary>
    public const string StandardInput = "-";

    private const string FileSystem = "FileSystem";

    /// <summary>The paths that a text means; a wildcard may mean none.</summary>
    /// <exception cref="InvalidImageArchiveException">There is nothing at the path, or it is none of the file system.</exception>
    /// <exception cref="InvalidReferenceException">It is a malformed wildcard.</exception>
    public static IEnumerable<string> Existing(PSCmdlet cmdlet, string path, bool isLiteral)
    {
        if (path == StandardInput)
        {
            return [path];
        }

        if (!isLiteral && WildcardPattern.ContainsWildcardCharacters(path))
        {
            _ = Wildcards.Parse(path);
        }

        try
        {
            ProviderInfo provider;
            var paths = isLiteral
                ? [cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out provider, out _)]
                : (ICollection<string>)cmdlet.GetResolvedProviderPathFromPSPath(path, out provider);
            if (provider.Name != FileSystem)
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

    /// <summary>The full path of a file or folder that may not exist yet.</summary>
    /// <exception cref="InvalidReferenceException">It is none of the file system.</exception>
    public static string Target(PSCmdlet cmdlet, string path)
    {
        const string RecommendedAction = "Give a path of the file system, such as ./images or /var/cache/images.";
        try
        {
            var full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
            return provider.Name == FileSystem && !full.Contains('\0', StringComparison.Ordinal)
                ? full
                : throw new InvalidReferenceException($"'{path}' is no path of the file system{(provider.Name == FileSystem ? "" : $", but of {provider.Name}")}.", RecommendedAction);
        }
        catch (Exception error) when (error is System.Management.Automation.DriveNotFoundException or ProviderNotFoundException)
        {
            throw new InvalidReferenceException($"'{path}' is no path of the file system: {error.Message}", RecommendedAction, error);
        }
    }

    private static InvalidImageArchiveException Missing(string path) => Problem($"There is no file or folder '{path}'.");

    private static InvalidImageArchiveException Problem(string message) =>
        new(message, "Check the path; it may be relative to another folder than the current one.");
}
