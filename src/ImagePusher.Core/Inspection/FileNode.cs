namespace ImagePusher.Core.Inspection;

/// <summary>A file, folder or link of the merged file tree of an image.</summary>
internal sealed class FileNode
{
    private Dictionary<string, FileNode>? _children;
    private int _clearedFor = -1;

    public FileNode(string name, FileNode? parent, int layer, LayerEntry? entry)
    {
        (Name, Parent, Layer, Entry, ContentLayer) = (name, parent, layer, entry, layer);
        PathLength = parent is null ? 0 : parent.PathLength + 1 + name.Length;
    }

    public string Name { get; }

    public FileNode? Parent { get; private set; }

    /// <summary>The layer that added the name, counted from 0 at the base.</summary>
    public int Layer { get; private set; }

    /// <summary>
    /// The entry with content and permissions: of a hard link that of its target; null for a folder that no layer describes.
    /// </summary>
    public LayerEntry? Entry { get; private set; }

    /// <summary>The layer of <see cref="Entry"/>.</summary>
    public int ContentLayer { get; private set; }

    /// <summary>The path that a hard link names; null for anything else.</summary>
    public string? HardLink { get; private set; }

    /// <summary>True if the layer names it by an absolute path or with '..'.</summary>
    public bool HasUnsafeName { get; private init; }

    public bool IsDirectory => Entry is null or { Kind: LayerEntryKind.Directory };

    public IReadOnlyCollection<FileNode> Children => _children?.Values ?? (IReadOnlyCollection<FileNode>)[];

    /// <summary>The number of characters of <see cref="Path"/>; 0 for the root.</summary>
    public int PathLength { get; }

    /// <summary>The path from the root, with a leading slash.</summary>
    public string Path => Parent is null ? "/" : string.Create(PathLength, this, static (path, last) =>
    {
        for (var node = last; node.Parent is not null; node = node.Parent)
        {
            node.Name.CopyTo(path[^node.Name.Length..]);
            path[^(node.Name.Length + 1)] = '/';
            path = path[..^(node.Name.Length + 1)];
        }
    });

    public FileNode? Find(string name) => _children?.GetValueOrDefault(name);

    /// <summary>Adds a child, or replaces it; a folder that is described again keeps its content.</summary>
    public FileNode Put(string name, int layer, LayerEntry? entry)
    {
        if (Find(name) is { IsDirectory: true } existing && entry is null or { Kind: LayerEntryKind.Directory })
        {
            existing.Layer = layer;
            if (entry is not null)
            {
                existing.Describe(layer, entry);
            }

            return existing;
        }

        var node = new FileNode(name, this, layer, entry) { HasUnsafeName = entry?.HasUnsafeName ?? false };
        (_children ??= new Dictionary<string, FileNode>(StringComparer.Ordinal))[name] = node;
        return node;
    }

    /// <summary>Makes the node a second name of a file.</summary>
    public void LinkTo(FileNode target, string link) => (Entry, ContentLayer, HardLink) = (target.Entry, target.ContentLayer, link);

    /// <summary>Marks a hard link whose target does not exist.</summary>
    public void LinkToNothing(string link) => HardLink = link;

    /// <summary>Sets the permissions of a folder.</summary>
    public void Describe(int layer, LayerEntry entry) =>
        (Entry, ContentLayer) = entry.Kind is LayerEntryKind.Directory ? (entry, layer) : (Entry, ContentLayer);

    public void Remove(string name) => _children?.Remove(name);

    /// <summary>Removes all content below it from lower layers.</summary>
    /// <returns>True if content remains.</returns>
    public bool RemoveLower(int layer)
    {
        // A layer brings nothing of lower layers, so a folder is searched once for it, however often it is hidden.
        if (_clearedFor == layer)
        {
            return Children.Count > 0;
        }

        _clearedFor = layer;
        foreach (var child in Children.ToList())
        {
            if (!child.RemoveLower(layer) && child.Layer < layer)
            {
                Remove(child.Name);
            }
        }

        return Children.Count > 0;
    }
}
