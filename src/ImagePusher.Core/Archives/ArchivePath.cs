namespace ImagePusher.Core.Archives;

/// <summary>
/// Names of files inside an archive in normal form: no leading <c>./</c> or '/', no empty parts, parts joined by '/'. They are keys and are
/// never used as paths of extracted files.
/// </summary>
internal static class ArchivePath
{
    /// <summary>The normal form of a name; null if it leads out of the archive.</summary>
    /// <param name="name">The name; an absolute one starts at the root of the archive.</param>
    /// <param name="directory">The normal form of the directory that a relative name starts at; empty for the root.</param>
    public static string? Normalize(string name, string directory = "")
    {
        var start = name.StartsWith('/') ? "" : directory;

        // Nearly all names are already in normal form, and a tar can have many names.
        if (start.Length == 0 && IsNormal(name))
        {
            return name;
        }

        var parts = new List<string>(start.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (var part in name.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count == 0)
            {
                return null;
            }

            if (part == "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    /// <summary>The directory of a normal name; empty at the root.</summary>
    public static string DirectoryOf(string name) => name.LastIndexOf('/') is var slash and >= 0 ? name[..slash] : "";

    private static bool IsNormal(string name) =>
        name.Length > 0 && name[0] is not ('.' or '/') && name[^1] != '/'
        && !name.Contains("//", StringComparison.Ordinal) && !name.Contains("/.", StringComparison.Ordinal);
}
