namespace ImagePusher.Core.Archives;

/// <summary>Names of files inside an archive, in one form: no leading <c>./</c>, no empty parts, parts joined by '/'.</summary>
internal static class ArchivePath
{
    /// <summary>The normal form of a name; null if it leads out of the archive.</summary>
    /// <param name="name">The name; absolute ones lead out.</param>
    /// <param name="folder">The normal form of the folder that the name starts at; empty for the archive itself.</param>
    public static string? Normalise(string name, string folder = "")
    {
        if (name.StartsWith('/'))
        {
            return null;
        }

        // Nearly all names are normal already, and a tar may have many.
        if (folder.Length == 0 && IsNormal(name))
        {
            return name;
        }

        var parts = new List<string>(folder.Split('/', StringSplitOptions.RemoveEmptyEntries));
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

    /// <summary>The folder of a normal name; empty at the top.</summary>
    public static string FolderOf(string name) => name.LastIndexOf('/') is var slash and >= 0 ? name[..slash] : "";

    private static bool IsNormal(string name) =>
        name.Length > 0 && name[0] != '.' && name[^1] != '/'
        && !name.Contains("//", StringComparison.Ordinal) && !name.Contains("/.", StringComparison.Ordinal);
}
