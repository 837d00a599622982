namespace ImagePusher.Core.IO;

/// <summary>Recognizes the names that Windows does not treat as the file of that name.</summary>
/// <remarks>Microsoft Learn, "Naming Files, Paths, and Namespaces".</remarks>
internal static class WindowsFileNames
{
    private static readonly string[] Devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

    /// <summary>
    /// True if every part of a relative path names an ordinary file or folder on Windows: no device (<c>aux.json</c>), no trailing dot
    /// or space, no alternate stream (<c>name:stream</c>), no wildcard, separator or control character.
    /// </summary>
    /// <param name="path">The path, its parts separated by '/'.</param>
    public static bool IsOrdinary(string path) => path.Split('/').All(IsOrdinaryPart);

    /// <summary>
    /// True for a named pipe of Windows (<c>\\.\pipe\NAME</c>). Asking the system about such a path connects to the pipe, so that it is
    /// busy when it is opened.
    /// </summary>
    /// <param name="path">An absolute path.</param>
    public static bool IsNamedPipe(string path) =>
        OperatingSystem.IsWindows() && path.Replace('/', '\\').StartsWith(@"\\.\pipe\", StringComparison.OrdinalIgnoreCase);

    private static bool IsOrdinaryPart(string part) =>
        part.Length > 0 && part[^1] is not ('.' or ' ')
        && !part.Any(character => character is < ' ' or '<' or '>' or ':' or '"' or '\\' or '|' or '?' or '*')
        && !IsDevice(part);

    private static bool IsDevice(string part)
    {
        var dot = part.IndexOf('.', StringComparison.Ordinal);
        var stem = (dot >= 0 ? part[..dot] : part).TrimEnd();
        return Devices.Contains(stem, StringComparer.OrdinalIgnoreCase)
            || (stem.Length == 4 && stem[3] is (>= '0' and <= '9') or '\u00B9' or '\u00B2' or '\u00B3'
                && (stem.StartsWith("COM", StringComparison.OrdinalIgnoreCase)
                    || stem.StartsWith("LPT", StringComparison.OrdinalIgnoreCase)));
    }
}
