using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.Discovery;
using ImagePusher.Core.Discovery.Formats;
using ImagePusher.Core.Discovery.Yaml;
using ImagePusher.Core.Messages;
using ImagePusher.Pipeline;

namespace ImagePusher.Binding;

/// <summary>Selects the files of -Path or -LiteralPath in which references are searched, and reads them.</summary>
/// <param name="command">The cmdlet.</param>
internal sealed class ReferenceFiles(AsyncCommand command)
{
    private static readonly EnumerationOptions InFolder =
        new() { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };

    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>The options for reading the files.</summary>
    /// <param name="kind">The value of -Kind.</param>
    /// <param name="imagePaths">The value of -ImagePath.</param>
    /// <param name="environmentFile">The value of -EnvironmentFile.</param>
    public ScanOptions Options(string? kind, string[]? imagePaths, string? environmentFile) => new()
    {
        Kind = kind,
        Paths = [.. (imagePaths ?? []).Select(path => command.Require(path, () => NodePath.Parse(path)))],
        Variables = environmentFile is null ? new Dictionary<string, string>()
            : command.Require(environmentFile, () => EnvironmentFile.Read(PathResolver.Target(command, environmentFile))),
    };

    /// <summary>The files that the paths select, each once; of a folder those whose name is of a kind that names images.</summary>
    /// <param name="paths">The paths.</param>
    /// <param name="isLiteral">True if they have no wildcards.</param>
    /// <param name="recurse">True to search the folders below a folder too.</param>
    /// <param name="isRepeated">True to return a file again that was returned before: each of its references is an input.</param>
    public IEnumerable<(string Input, string File)> Select(string[] paths, bool isLiteral, bool recurse, bool isRepeated = false)
    {
        foreach (var path in paths)
        {
            IReadOnlyCollection<string> found = [];
            command.Try(path, () => found = PathResolver.Existing(command, path, isLiteral));
            var isPattern = !isLiteral && WildcardPattern.ContainsWildcardCharacters(path);
            foreach (var entry in found.Where(entry => !isPattern || IsPrintable(entry, entry)))
            {
                var files = !Directory.Exists(entry) ? [entry]
                    : Within(entry, recurse).Where(file => IsPrintable(file, Path.GetRelativePath(entry, file)));
                foreach (var file in files.Where(file => _taken.Add(file) || isRepeated))
                {
                    yield return (path, file);
                }
            }
        }
    }

    /// <summary>Writes the warnings and errors about a file; called on the pipeline thread.</summary>
    public void Report(ReferenceScan scan)
    {
        foreach (var skipped in scan.Skipped)
        {
            command.WriteWarning(
                TerminalText.Escape($"{skipped.Place}: '{TerminalText.Quote(skipped.Text)}' is skipped, because {skipped.Reason}."));
        }

        foreach (var error in scan.Errors)
        {
            command.WriteError(ErrorRecords.Of(error, scan.Source.Path, command));
        }

        if (!scan.IsKnown)
        {
            var message = TerminalText.Escape($"'{scan.Source.Path}' is not a kind of file that names images.");
            if (command.MyInvocation.ExpectingInput)
            {
                // Of the files that a pipeline selects, many name no images.
                command.WriteVerbose(message);
            }
            else
            {
                command.WriteWarning($"{message} Specify -Kind or -ImagePath.");
            }
        }
    }

    // File names are untrusted, and objects contain them unchanged.
    private bool IsPrintable(string file, string name) =>
        TerminalText.Escape(name) == name || command.Try(TerminalText.Escape(file), () => throw new InvalidFileException(
            $"'{file}' is not searched: its name has control characters or a command of a CI system.",
            "Rename the file, or specify it by -LiteralPath."));

    private static IEnumerable<string> Within(string folder, bool recurse)
    {
        var files = Directory.GetFiles(folder, "*", InFolder).Where(FileKindDetector.IsSearched);
        var below = recurse ? Directory.GetDirectories(folder, "*", InFolder).Where(IsSearchedFolder) : [];
        return files.Order(StringComparer.Ordinal)
            .Concat(below.Order(StringComparer.Ordinal).SelectMany(child => Within(child, recurse)));
    }

    // git's own files and the packages of npm are not the project's.
    private static bool IsSearchedFolder(string path) => Path.GetFileName(path) is not (".git" or "node_modules");
}
