namespace ImagePusher.Core.Inspection;

/// <summary>The selection of files of an image.</summary>
/// <param name="Paths">Paths from the root; a folder represents itself and all of its content.</param>
/// <param name="Pattern">Selects files by their path, with a leading slash; null if only <paramref name="Paths"/> count.</param>
/// <param name="Exclusion">Leaves files out by their path; null to omit nothing.</param>
internal sealed record FileSelection(IReadOnlyList<string> Paths, Func<string, bool>? Pattern, Func<string, bool>? Exclusion)
{
    /// <summary>All files.</summary>
    public static FileSelection All { get; } = new([], _ => true, null);

    /// <summary>True if every layer has to be read.</summary>
    public bool NeedsAllLayers => Pattern is not null;
}
