namespace ImagePusher.Core.Inspection;

/// <summary>Decides from the upper layers of an image whether lower ones can still change what is at some paths.</summary>
/// <param name="layers">The layers that were read, uppermost first: their entries by path; of repeated paths the last one counts.</param>
internal sealed class FileLookup(IReadOnlyList<IReadOnlyDictionary<string, LayerEntry>> layers)
{
    /// <summary>True if the layers decide what is at the path.</summary>
    public bool IsDecided(string path) => IsDecided(path, 0, InspectionLimits.FileLinks);

    private bool IsDecided(string path, int first, int links)
    {
        for (var number = first; number < layers.Count; number++)
        {
            var layer = layers[number];
            if (layer.TryGetValue(path, out var entry) && entry.Kind is not LayerEntryKind.Directory)
            {
                // The target of a hard link is in the same layer or below it.
                return entry.Kind is not LayerEntryKind.HardLink
                    || (links > 0 && IsDecided(LayerPath.Clean(entry.Link, out _), number, links - 1));
            }

            if (Hides(layer, path))
            {
                return true;
            }

            // A link in the path leads to another path, and a file in place of a folder means that the path does not exist.
            for (var folder = LayerPath.DirectoryOf(path); folder.Length > 0; folder = LayerPath.DirectoryOf(folder))
            {
                if (layer.TryGetValue(folder, out var above) && above.Kind is not LayerEntryKind.Directory)
                {
                    return above.Kind is not (LayerEntryKind.SymbolicLink or LayerEntryKind.HardLink);
                }
            }
        }

        return false;
    }

    private static bool Hides(IReadOnlyDictionary<string, LayerEntry> layer, string path)
    {
        for (var name = path; name.Length > 0; name = LayerPath.DirectoryOf(name))
        {
            var folder = LayerPath.DirectoryOf(name);
            var prefix = folder.Length > 0 ? folder + "/" : "";
            if (layer.ContainsKey(prefix + LayerPath.WhiteoutPrefix + LayerPath.NameOf(name))
                || layer.ContainsKey(prefix + LayerPath.OpaqueMarker))
            {
                return true;
            }
        }

        return false;
    }
}
