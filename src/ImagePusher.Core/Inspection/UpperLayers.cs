namespace ImagePusher.Core.Inspection;

/// <summary>The paths that the layers above the next one hide, by name only: links in lower layers are not known yet.</summary>
internal sealed class UpperLayers
{
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);
    private readonly HashSet<string> _trees = new(StringComparer.Ordinal);

    /// <summary>Adds the next layer from the top.</summary>
    public void Add(IReadOnlyList<LayerEntry> layer)
    {
        foreach (var entry in layer)
        {
            var name = LayerPath.NameOf(entry.Path);
            if (name == LayerPath.OpaqueMarker)
            {
                _trees.Add(LayerPath.DirectoryOf(entry.Path));
            }
            else if (name.StartsWith(LayerPath.WhiteoutPrefix, StringComparison.Ordinal))
            {
                Hide(entry.Path[..^name.Length] + name[LayerPath.WhiteoutPrefix.Length..], isTree: true);
            }
            else
            {
                Hide(entry.Path, isTree: entry.Kind is not LayerEntryKind.Directory);
            }
        }
    }

    /// <summary>True if a file of a lower layer cannot be seen at its path.</summary>
    public bool Hides(string path)
    {
        var trees = _trees.GetAlternateLookup<ReadOnlySpan<char>>();
        if (_paths.Contains(path) || _trees.Contains(""))
        {
            return true;
        }

        for (var end = path.LastIndexOf('/'); end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (trees.Contains(path.AsSpan(0, end)))
            {
                return true;
            }
        }

        return false;
    }

    private void Hide(string path, bool isTree)
    {
        _paths.Add(path);
        if (isTree)
        {
            _trees.Add(path);
        }
    }
}
