namespace ImagePusher.Core.Inspection;

/// <summary>
/// Determines from the upper layers of an image whether lower layers can still change the files at certain paths. Each layer is examined
/// once, from the top.
/// </summary>
/// <param name="paths">The paths from the root, without a leading slash.</param>
internal sealed class FileLookup(IEnumerable<string> paths)
{
    private readonly List<Search> _open = [.. paths.Select(path => new Search(path, InspectionLimits.FileLinks))];

    /// <summary>True if the layers so far determine the files at all paths.</summary>
    public bool IsDecided => _open.Count == 0;

    /// <summary>True if all layers are needed, because a path leads through a link.</summary>
    public bool NeedsAllLayers { get; private set; }

    /// <summary>Examines the next layer.</summary>
    /// <param name="layer">Its entries by path; of repeated paths the last one counts.</param>
    public void Descend(Dictionary<string, LayerEntry> layer)
    {
        for (var i = _open.Count - 1; i >= 0 && !NeedsAllLayers; i--)
        {
            if (Follow(layer, _open[i]) is { } next)
            {
                _open[i] = next;
            }
            else
            {
                _open.RemoveAt(i);
            }
        }
    }

    // The path to search for in the lower layers; null if this layer determines the result.
    private Search? Follow(Dictionary<string, LayerEntry> layer, Search search)
    {
        // The target of a hard link is in the same layer or below it.
        while (layer.TryGetValue(search.Path, out var entry) && entry.Kind is not LayerEntryKind.Directory)
        {
            if (entry.Kind is not LayerEntryKind.HardLink)
            {
                return null;
            }

            if (search.Links == 0)
            {
                NeedsAllLayers = true;
                return search;
            }

            search = new Search(LayerPath.Clean(entry.Link, out _), search.Links - 1);
        }

        if (Hides(layer, search.Path))
        {
            return null;
        }

        // A link in the path leads to another path, and a file in place of a folder means that the path does not exist.
        if (Obstacle(layer, search.Path) is not { } obstacle)
        {
            return search;
        }

        NeedsAllLayers = obstacle is LayerEntryKind.SymbolicLink or LayerEntryKind.HardLink;
        return NeedsAllLayers ? search : null;
    }

    private static LayerEntryKind? Obstacle(Dictionary<string, LayerEntry> layer, string path)
    {
        var entries = layer.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var end = path.LastIndexOf('/'); end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (entries.TryGetValue(path.AsSpan(0, end), out var above) && above.Kind is not LayerEntryKind.Directory)
            {
                return above.Kind;
            }
        }

        return null;
    }

    private static bool Hides(Dictionary<string, LayerEntry> layer, string path)
    {
        var entries = layer.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> marker = new char[path.Length + LayerPath.OpaqueMarker.Length];
        path.CopyTo(marker);
        for (var end = path.Length; end > 0;)
        {
            // The folder of the marker is already there: only longer paths were overwritten.
            var start = path.LastIndexOf('/', end - 1) + 1;
            LayerPath.OpaqueMarker.CopyTo(marker[start..]);
            if (entries.ContainsKey(marker[..(start + LayerPath.OpaqueMarker.Length)]))
            {
                return true;
            }

            LayerPath.WhiteoutPrefix.CopyTo(marker[start..]);
            path.AsSpan(start, end - start).CopyTo(marker[(start + LayerPath.WhiteoutPrefix.Length)..]);
            if (entries.ContainsKey(marker[..(end + LayerPath.WhiteoutPrefix.Length)]))
            {
                return true;
            }

            end = Math.Max(0, start - 1);
        }

        return false;
    }

    /// <summary>A path, and how many links may still be followed from it.</summary>
    private readonly record struct Search(string Path, int Links);
}
