namespace ImagePusher.Core.IO;

/// <summary>Finds programs only on PATH, and never in the current directory, which may contain malicious programs.</summary>
internal static class ProgramFinder
{
    // The default of Windows.
    private const string DefaultExtensions = ".COM;.EXE;.BAT;.CMD";

    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The absolute path of a program; null if PATH has none, or the name is more than a file name.</summary>
    /// <param name="name">The program's name, on Windows with or without its extension.</param>
    /// <param name="environment">Reads PATH and PATHEXT.</param>
    public static string? Find(string name, Func<string, string?> environment)
    {
        if (!IsFileName(name))
        {
            return null;
        }

        string[] names = OperatingSystem.IsWindows() ? [.. WithExtensions(name, environment("PATHEXT"))] : [name];
        return (environment("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(folder => folder.Trim('"'))
            .Where(Path.IsPathFullyQualified)
            .SelectMany(folder => names.Select(file => Path.Combine(folder, file)))
            .FirstOrDefault(IsExecutable);
    }

    /// <summary>True for a name without separators, drive or control characters.</summary>
    public static bool IsFileName(string name) =>
        name.Length > 0 && name is not ("." or "..") && name.AsSpan().IndexOfAny("/\\:") < 0 && !name.Any(char.IsControl);

    /// <summary>The file names that Windows tries: as it is if it has one of the extensions, else with each of them.</summary>
    internal static IEnumerable<string> WithExtensions(string name, string? extensions)
    {
        var all = (string.IsNullOrWhiteSpace(extensions) ? DefaultExtensions : extensions)
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return all.Any(extension => name.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
            ? [name]
            : all.Select(extension => name + extension);
    }

    private static bool IsExecutable(string path)
    {
        try
        {
            return File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & Execute) != 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
