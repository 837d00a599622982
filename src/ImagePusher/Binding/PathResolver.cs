using System.Collections.ObjectModel;
using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.IO;

namespace ImagePusher.Binding;

/// <summary>Turns -Path (with wildcards) and -LiteralPath into full file system paths.</summary>
internal static class PathResolver
{
    /// <summary>Stands for standard input.</summary>
    public const string StandardInput = "-";

    private const string FileSystem = "FileSystem";

    /// <summary>The existing files and folders that a path selects, at least one.</summary>
    /// <param name="cmdlet">The cmdlet, whose location relative paths refer to.</param>
    /// <param name="path">The path. An existing name is taken literally even if it contains wildcard characters.</param>
    /// <param name="isLiteral">True if the path has no wildcards.</param>
    /// <exception cref="PathNotFoundException">Nothing exists at the path, or nothing matches the pattern.</exception>
    /// <exception cref="InvalidOptionException">The path is not a file system path.</exception>
    public static IReadOnlyCollection<string> Existing(PSCmdlet cmdlet, string path, bool isLiteral)
    {
        if (path == StandardInput || WindowsFileNames.IsNamedPipe(path))
        {
            return [path];
        }

        var literal = Literal(cmdlet, path);
        if (literal is not null && Exists(literal))
        {
            return [literal];
        }

        // A path without wildcards may still have escaped ones, as in `[1`].
        var matches = isLiteral ? [] : Match(cmdlet, path);
        return matches.Count > 0 ? matches : throw new PathNotFoundException(
            isLiteral || !WildcardPattern.ContainsWildcardCharacters(path)
                ? $"The path '{literal ?? path}' does not exist."
                : $"No file or folder matches '{path}'.",
            "Check the path and the current location.");
    }

    /// <summary>The full path of a file or folder that may not exist.</summary>
    /// <exception cref="InvalidOptionException">The path is not a file system path.</exception>
    /// <exception cref="PathNotFoundException">The drive does not exist.</exception>
    public static string Target(PSCmdlet cmdlet, string path) =>
        Literal(cmdlet, path)
            ?? throw new PathNotFoundException(
                $"The drive of '{path}' does not exist.", "Check the drive, or specify a path of the file system.");

    private static string? Literal(PSCmdlet cmdlet, string path)
    {
        try
        {
            var full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
            return provider.Name != FileSystem ? throw NotFileSystem(path, $"it is a path of the provider {provider.Name}")
                : full.Contains('\0', StringComparison.Ordinal) ? throw NotFileSystem(path, "it contains a null character")
                : full;
        }
        catch (Exception error) when (error is System.Management.Automation.DriveNotFoundException or ProviderNotFoundException)
        {
            return null;
        }
    }

    private static Collection<string> Match(PSCmdlet cmdlet, string path)
    {
        try
        {
            var matches = cmdlet.GetResolvedProviderPathFromPSPath(path, out var provider);
            if (provider.Name != FileSystem)
            {
                throw NotFileSystem(path, $"it is a path of the provider {provider.Name}");
            }

            return matches.Count > 0 ? matches : MatchBelow(cmdlet, path);
        }
        catch (Exception error) when (
            error is ItemNotFoundException or System.Management.Automation.DriveNotFoundException or ProviderNotFoundException)
        {
            return MatchBelow(cmdlet, path);
        }
        catch (WildcardPatternException)
        {
            // An unclosed bracket: it is part of a name that does not exist.
            return MatchBelow(cmdlet, path);
        }
    }

    /// <summary>Matches a pattern in an existing folder whose own name contains wildcard characters.</summary>
    private static Collection<string> MatchBelow(PSCmdlet cmdlet, string path)
    {
        var folder = Path.GetDirectoryName(path);
        if (string.IsNullOrEmpty(folder) || !WildcardPattern.ContainsWildcardCharacters(folder)
            || Literal(cmdlet, folder) is not { } literal || !Directory.Exists(literal))
        {
            return [];
        }

        try
        {
            return cmdlet.GetResolvedProviderPathFromPSPath(Path.Combine(WildcardPattern.Escape(literal), Path.GetFileName(path)), out _);
        }
        catch (Exception error) when (error is ItemNotFoundException or WildcardPatternException)
        {
            return [];
        }
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    private static InvalidOptionException NotFileSystem(string path, string reason) =>
        new($"'{path}' is not a file system path: {reason}.", "Specify a path of the file system, such as ./images or /var/cache/images.");
}
