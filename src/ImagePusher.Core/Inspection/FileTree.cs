namespace ImagePusher.Core.Inspection;

/// <summary>The merged file tree of layers, as a container sees it.</summary>
/// <remarks>
/// image-spec, layer.md, "Applying Changesets". Paths through symbolic links lead to their targets, as in umoci and containerd.
/// </remarks>
internal sealed class FileTree
{
    private long _steps;
    private long _characters;
    private int _folders;

    public FileNode Root { get; } = new("", null, 0, null);

    /// <summary>Applies an entry of the next layer.</summary>
    /// <param name="layer">The number of the layer; the base is 0.</param>
    /// <param name="entry">The entry.</param>
    /// <returns>False if the entry cannot be applied: a loop of links, a hard link to nothing, links to too long a path.</returns>
    /// <exception cref="LimitExceededException">
    /// The paths of all entries lead through too many folders, or make too many, or have too many characters.
    /// </exception>
    public bool Apply(int layer, LayerEntry entry)
    {
        if (entry.Path.Length == 0)
        {
            Root.Describe(layer, entry);
            return true;
        }

        var name = LayerPath.NameOf(entry.Path);
        var isWhiteout = name.StartsWith(LayerPath.WhiteoutPrefix, StringComparison.Ordinal);
        if (Folder(LayerPath.DirectoryOf(entry.Path), isWhiteout ? null : layer) is not { } folder)
        {
            // A hidden entry may never have existed.
            return isWhiteout;
        }

        if (isWhiteout)
        {
            Hide(folder, name, layer);
            return true;
        }

        if (!HasRoom(folder, name))
        {
            return false;
        }

        if (entry.Kind is not LayerEntryKind.HardLink)
        {
            Add(folder, name, layer, entry);
            return true;
        }

        var link = LayerPath.Clean(entry.Link, out _);
        var target = Folder(LayerPath.DirectoryOf(link), null)?.Find(LayerPath.NameOf(link));
        if (target is { IsDirectory: true } || (target is not null && target.Name == name && target.Parent == folder))
        {
            return false;
        }

        var node = Add(folder, name, layer, entry);
        if (target is null)
        {
            node.LinkToNothing("/" + link);
            return false;
        }

        node.LinkTo(target, "/" + link);
        return true;
    }

    /// <summary>The node of a path, whose folders may be reached by symbolic links; null if it does not exist.</summary>
    public FileNode? Find(string path)
    {
        var clean = LayerPath.Clean(path, out _);
        return clean.Length == 0 ? Root : Folder(LayerPath.DirectoryOf(clean), null)?.Find(LayerPath.NameOf(clean));
    }

    /// <summary>Every node below the root, folders before their content, in the order of their names.</summary>
    public IEnumerable<FileNode> All()
    {
        var open = new Stack<FileNode>();
        open.Push(Root);
        while (open.TryPop(out var node))
        {
            if (node != Root)
            {
                yield return node;
            }

            foreach (var child in node.Children.OrderByDescending(child => child.Name, StringComparer.Ordinal))
            {
                open.Push(child);
            }
        }
    }

    /// <summary>True if a symbolic link leads above the root, at any step of its path.</summary>
    public bool Escapes(FileNode link)
    {
        var walk = new Walk(null);
        Resolve(link.Parent!, link.Entry!.Link, ref walk);
        return walk.IsOutside;
    }

    private static void Hide(FileNode folder, string name, int layer)
    {
        if (name == LayerPath.OpaqueMarker)
        {
            folder.RemoveLower(layer);
        }
        else if (folder.Find(name[LayerPath.WhiteoutPrefix.Length..]) is { } hidden
            && !hidden.RemoveLower(layer) && hidden.Layer < layer)
        {
            folder.Remove(hidden.Name);
        }
    }

    // Missing folders are created in a layer; without a layer the result is null.
    private FileNode? Folder(string path, int? layer)
    {
        var walk = new Walk(layer);
        return Resolve(Root, path, ref walk);
    }

    private FileNode? Resolve(FileNode start, string path, ref Walk walk)
    {
        // Also the parts after the one that ends the walk: a link of many parts can be followed repeatedly.
        Count(path.AsSpan().Count('/') + 1);
        var node = path.StartsWith('/') ? Root : start;
        var parts = path.Split('/');
        for (var i = 0; i < parts.Length; i++)
        {
            var part = parts[i];
            if (part.Length == 0 || part == ".")
            {
                continue;
            }

            if (part == "..")
            {
                walk.IsOutside |= node.Parent is null;
                node = node.Parent ?? Root;
                continue;
            }

            var next = node.Find(part);
            if (next?.Entry is { Kind: LayerEntryKind.SymbolicLink } link)
            {
                // All links of a path are counted together: links to several links each would multiply.
                next = ++walk.Links <= InspectionLimits.FileLinks ? Resolve(node, link.Link, ref walk) : null;
                if (next is null)
                {
                    walk.IsOutside |= EscapesRoot(node, parts.AsSpan(i));
                    return null;
                }
            }

            if (next is null or { IsDirectory: false })
            {
                if (walk.Layer is not { } number || !HasRoom(node, part))
                {
                    walk.IsOutside |= EscapesRoot(node, parts.AsSpan(i));
                    return null;
                }

                node.Remove(part);
                next = AddFolder(node, part, number);
            }

            node = next;
        }

        return node;
    }

    // Links can lead deeper than any path of an entry.
    private static bool HasRoom(FileNode folder, string name) => folder.PathLength + name.Length <= InspectionLimits.FilePath;

    // Links lead many entries to deep folders, so the paths of the tree can be longer than those of the layers.
    private FileNode Add(FileNode folder, string name, int layer, LayerEntry? entry)
    {
        var existing = folder.Find(name);
        var node = folder.Put(name, layer, entry);
        if (node != existing && (_characters += node.PathLength) > InspectionLimits.NameCharacters)
        {
            throw LayerErrors.Limit($"The paths of the image's files have more than {InspectionLimits.NameCharacters:N0} characters.");
        }

        return node;
    }

    private FileNode AddFolder(FileNode folder, string name, int layer) => ++_folders <= InspectionLimits.ImpliedFolders
        ? Add(folder, name, layer, null)
        : throw LayerErrors.Limit(
            $"The paths of the image's files name more than {InspectionLimits.ImpliedFolders:N0} folders that no layer has.");

    private void Count(int steps)
    {
        if ((_steps += steps) > InspectionLimits.PathSteps)
        {
            throw LayerErrors.Limit($"The paths of the image's files lead through more than {InspectionLimits.PathSteps:N0} folders.");
        }
    }

    // The rest of a path that does not exist may still lead outside the root.
    private bool EscapesRoot(FileNode node, ReadOnlySpan<string> rest)
    {
        var depth = 0;
        for (var folder = node; folder.Parent is not null; folder = folder.Parent)
        {
            depth++;
        }

        Count(depth);
        foreach (var part in rest)
        {
            depth += part switch { "" or "." => 0, ".." => -1, _ => 1 };
            if (depth < 0)
            {
                return true;
            }
        }

        return false;
    }

    private struct Walk(int? layer)
    {
        public int? Layer { get; } = layer;

        public int Links { get; set; }

        public bool IsOutside { get; set; }
    }
}
