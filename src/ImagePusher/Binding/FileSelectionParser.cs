using System.Management.Automation;
using ImagePusher.Core.Inspection;

namespace ImagePusher.Binding;

/// <summary>Reads -Include and -Exclude: paths of files in an image.</summary>
internal static class FileSelectionParser
{
    /// <summary>
    /// The selection. A path with a slash starts at the root of the image; without wildcards it also selects what is below it. A name
    /// without a slash selects files of this name in every folder.
    /// </summary>
    /// <exception cref="Core.InvalidOptionException">A pattern is malformed.</exception>
    public static FileSelection Parse(string[]? include, string[]? exclude)
    {
        if (include is null)
        {
            return FileSelection.All with { Exclusion = Matcher(exclude) };
        }

        var paths = include.Where(IsPath).Select(path => WildcardPattern.Unescape(path)).ToArray();
        return new FileSelection(paths, Matcher([.. include.Where(text => !IsPath(text))]), Matcher(exclude));
    }

    private static bool IsPath(string text) =>
        text.Contains('/', StringComparison.Ordinal) && !WildcardPattern.ContainsWildcardCharacters(text);

    // Names of Linux are case-sensitive, so patterns are.
    private static Func<string, bool>? Matcher(string[]? texts)
    {
        if (texts is not { Length: > 0 })
        {
            return null;
        }

        var patterns = texts.Select(text => (
            OfPath: text.Contains('/', StringComparison.Ordinal),
            Pattern: Wildcards.Parse(text.Contains('/', StringComparison.Ordinal) && text[0] is not ('/' or '*') ? "/" + text : text)))
            .ToList();
        return path => patterns.Exists(
            pattern => pattern.Pattern.IsMatch(pattern.OfPath ? path : path[(path.LastIndexOf('/') + 1)..]));
    }
}
