using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Inspection;

/// <summary>
/// Writes the content of selected files to a target while the layers are read from the top, so that they need not be read again. Files that
/// the names of the layers above hide are not written; the merged tree determines later which files are kept.
/// </summary>
/// <param name="selection">The selected files.</param>
/// <param name="target">The target of the files.</param>
internal sealed class EarlyContent(FileSelection selection, IFileTarget target)
{
    private readonly HashSet<string> _named = new(selection.Paths.Select(path => LayerPath.Clean(path, out _)), StringComparer.Ordinal);
    private readonly UpperLayers _above = new();

    /// <summary>Receives the content of a file of the current layer.</summary>
    public Task ReceiveAsync(Digest layer, LayerEntry entry, Stream content, CancellationToken cancellationToken) =>
        IsExpected(entry) ? target.StageAsync(new ContentKey(layer, entry.Ordinal), entry, content, cancellationToken) : Task.CompletedTask;

    /// <summary>Continues with the layer below.</summary>
    public void Descend(IReadOnlyList<LayerEntry> layer) => _above.Add(layer);

    private bool IsExpected(LayerEntry entry) =>
        !entry.HasUnsafeName && entry.Path.Length is > 0 and <= InspectionLimits.FilePath
        && !LayerPath.NameOf(entry.Path).StartsWith(LayerPath.WhiteoutPrefix, StringComparison.Ordinal)
        && IsSelected(entry.Path) && !_above.Hides(entry.Path);

    private bool IsSelected(string path)
    {
        var full = "/" + path;
        return (IsNamed(path) || selection.Pattern?.Invoke(full) == true) && selection.Exclusion?.Invoke(full) != true;
    }

    private bool IsNamed(string path)
    {
        var named = _named.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var end = path.Length; _named.Count > 0 && end > 0; end = Math.Max(0, path.AsSpan(0, end).LastIndexOf('/')))
        {
            if (named.Contains(path.AsSpan(0, end)))
            {
                return true;
            }
        }

        return _named.Contains("");
    }
}
