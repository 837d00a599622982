using ImagePusher.Core.Messages;
using ImagePusher.Core.Oci;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Inspection;

/// <summary>The files of an image: the merged tree of the layers that had to be read, and which of them are selected.</summary>
internal sealed class ImageFiles
{
    private ImageFiles(InspectedImage image, FileTree tree, IReadOnlyList<FileNode> selected, IReadOnlyList<string> missing) =>
        (Image, Tree, Selected, Missing) = (image, tree, selected, missing);

    public InspectedImage Image { get; }

    public FileTree Tree { get; }

    /// <summary>The selected files, folders before their content.</summary>
    public IReadOnlyList<FileNode> Selected { get; }

    /// <summary>The selected paths that do not exist.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>The descriptor of a layer.</summary>
    public Descriptor LayerOf(int number) => Image.Manifest.Layers[number];

    /// <summary>Reads the layers from the top until what is selected is known, and merges them.</summary>
    /// <param name="image">The image.</param>
    /// <param name="selection">The files.</param>
    /// <param name="index">Keeps what was read.</param>
    /// <param name="log">Receives warnings about what is omitted.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="UnsupportedContentException">It is an artifact, or a layer is not a tar.</exception>
    public static async Task<ImageFiles> ReadAsync(
        InspectedImage image, FileSelection selection, LayerIndex index, ILogger log, CancellationToken cancellationToken)
    {
        if (!image.Manifest.IsImage)
        {
            throw image.NotAnImage();
        }

        if (image.Manifest.Layers.Count > InspectionLimits.Layers)
        {
            throw LayerErrors.Limit(
                $"{image.Manifest.Digest} of {image.Source.Description} has more than {InspectionLimits.Layers} layers.");
        }

        var warnings = new EntryWarnings(log, image.Source.Description);
        var layers = await ReadLayersAsync(image, selection, index, warnings, cancellationToken).ConfigureAwait(false);
        var tree = Merge(layers, warnings, cancellationToken);
        warnings.Complete();
        return Select(image, tree, selection, cancellationToken);
    }

    private static async Task<IReadOnlyList<(int Number, IReadOnlyList<LayerEntry> Entries)>> ReadLayersAsync(
        InspectedImage image, FileSelection selection, LayerIndex index, EntryWarnings warnings, CancellationToken cancellationToken)
    {
        var layers = new List<(int Number, IReadOnlyList<LayerEntry> Entries)>();
        var count = 0;
        var tables = new Dictionary<Digest, Dictionary<string, LayerEntry>>();
        var lookup = new FileLookup(selection.Paths.Select(path => LayerPath.Clean(path, out _)));
        for (var number = image.Manifest.Layers.Count - 1; number >= 0; number--)
        {
            var layer = image.Manifest.Layers[number];
            if (layer.IsExternal && !await image.Source.ContainsAsync(layer, cancellationToken).ConfigureAwait(false))
            {
                warnings.Add($"the layer {layer.Digest}, which is stored elsewhere");
                continue;
            }

            var entries = await index.ReadAsync(image, layer, cancellationToken).ConfigureAwait(false);
            layers.Add((number, entries));

            // A manifest may name one layer repeatedly, and each time it is merged.
            if ((count += entries.Count) > InspectionLimits.LayerEntries)
            {
                throw LayerErrors.Limit(
                    $"The layers of {image.Manifest.Digest} of {image.Source.Description} have more than "
                    + $"{InspectionLimits.LayerEntries:N0} entries.");
            }

            if (selection.NeedsAllLayers || lookup.NeedsAllLayers)
            {
                continue;
            }

            if (!tables.TryGetValue(layer.Digest, out var table))
            {
                table = tables[layer.Digest] = ByPath(entries);
            }

            lookup.Descend(table);
            if (lookup.IsDecided)
            {
                break;
            }
        }

        layers.Reverse();
        return layers;
    }

    private static Dictionary<string, LayerEntry> ByPath(IReadOnlyList<LayerEntry> entries)
    {
        var table = new Dictionary<string, LayerEntry>(entries.Count, StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            table[entry.Path] = entry;
        }

        return table;
    }

    private static FileTree Merge(
        IReadOnlyList<(int Number, IReadOnlyList<LayerEntry> Entries)> layers, EntryWarnings warnings, CancellationToken cancellationToken)
    {
        var tree = new FileTree();
        foreach (var (number, entries) in layers)
        {
            foreach (var entry in entries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (entry.Path.Length > InspectionLimits.FilePath)
                {
                    warnings.Add($"'{TerminalText.Quote(entry.Path)}', whose path has more than {InspectionLimits.FilePath} characters");
                }
                else if (entry.Link.Length > InspectionLimits.FilePath)
                {
                    warnings.Add(
                        $"'{TerminalText.Quote(entry.Path)}', whose link has more than {InspectionLimits.FilePath} characters");
                }
                else if (!tree.Apply(number, entry))
                {
                    warnings.Add($"'{TerminalText.Quote(entry.Path)}', a link to nothing, to itself or to too long a path");
                }
            }
        }

        return tree;
    }

    private static ImageFiles Select(
        InspectedImage image, FileTree tree, FileSelection selection, CancellationToken cancellationToken)
    {
        var (named, missing) = (new HashSet<FileNode>(), new List<string>());
        foreach (var path in selection.Paths)
        {
            if (tree.Find(path) is { } node)
            {
                named.Add(node);
            }
            else
            {
                missing.Add(path);
            }
        }

        var selected = tree.All().Where(node => IsNamed(node) || selection.Pattern?.Invoke(node.Path) == true)
            .Where(node => selection.Exclusion?.Invoke(node.Path) != true).ToList();
        return new ImageFiles(image, tree, selected, missing);

        bool IsNamed(FileNode node)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var above = named.Count > 0 ? node : null; above is not null; above = above.Parent)
            {
                if (named.Contains(above))
                {
                    return true;
                }
            }

            return false;
        }
    }
}
