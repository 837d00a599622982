namespace ImagePusher.Core.Inspection;

/// <summary>Paths of layers: their parts from the root, as a container sees them.</summary>
internal static class LayerPath
{
    public const string WhiteoutPrefix = ".wh.";
    public const string OpaqueMarker = ".wh..wh..opq";

    /// <summary>The path without '.', '..' and empty parts; '..' of the root is the root.</summary>
    /// <param name="name">The name as the layer has it.</param>
    /// <param name="isUnsafe">True if it is absolute or has '..'.</param>
    public static string Clean(string name, out bool isUnsafe)
    {
        isUnsafe = name.StartsWith('/');
        if (IsClean(name))
        {
            return name;
        }

        var parts = new List<string>();
        foreach (var part in name.Split('/'))
        {
            if (part == "..")
            {
                isUnsafe = true;
                if (parts.Count > 0)
                {
                    parts.RemoveAt(parts.Count - 1);
                }
            }
            else if (part.Length > 0 && part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    /// <summary>The last part.</summary>
    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>The path without its last part; empty for an entry in the root.</summary>
    public static string DirectoryOf(string path) => path.LastIndexOf('/') is var slash and >= 0 ? path[..slash] : "";

    private static bool IsClean(string name) =>
        name.Length > 0 && name[0] is not ('/' or '.') && name[^1] != '/'
        && !name.Contains("//", StringComparison.Ordinal) && !name.Contains("/.", StringComparison.Ordinal);
}
