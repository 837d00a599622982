using ImagePusher.Core.IO;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Inspection;

/// <summary>Writes selected files of an image. Each layer that has content of them is read once; other layers are not read.</summary>
/// <param name="files">The files.</param>
/// <param name="target">Where they are written.</param>
/// <param name="log">Receives a warning for each file that is refused.</param>
internal sealed class FileSaver(ImageFiles files, IFileTarget target, ILogger log)
{
    private readonly EntryWarnings _warnings = new(log, files.Image.Source.Description);

    /// <summary>The number of files, folders and links that were written.</summary>
    public int Count { get; private set; }

    /// <summary>Writes the files.</summary>
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        var accepted = files.Selected.Where(IsAccepted).ToList();
        foreach (var folder in accepted.Where(node => node.IsDirectory))
        {
            target.AddDirectory(PathOf(folder), folder);
            Count++;
        }

        var contents = new Dictionary<(int Layer, int Ordinal), List<FileNode>>();
        foreach (var file in accepted.Where(node => node.Entry is { Kind: LayerEntryKind.File }))
        {
            var key = (file.ContentLayer, file.Entry!.Ordinal);
            (contents.TryGetValue(key, out var names) ? names : contents[key] = []).Add(file);
        }

        await WriteKeptAsync(contents, cancellationToken).ConfigureAwait(false);
        foreach (var layer in contents.Keys.Select(key => key.Layer).Distinct().Order().ToList())
        {
            await new LayerReader(files.Image.Source, files.LayerOf(layer)).ReadAsync(
                async (entry, content) =>
                {
                    if (content is not null && contents.Remove((layer, entry.Ordinal), out var names))
                    {
                        await WriteAsync(names, content, cancellationToken).ConfigureAwait(false);
                    }
                },
                cancellationToken).ConfigureAwait(false);
        }

        foreach (var link in accepted.Where(node => node.Entry is { Kind: LayerEntryKind.SymbolicLink }))
        {
            Note(link, target.AddSymbolicLink(PathOf(link), link));
        }

        target.Complete();
        _warnings.Complete();
    }

    private static string PathOf(FileNode node) => node.Path[1..];

    private async Task WriteKeptAsync(Dictionary<(int Layer, int Ordinal), List<FileNode>> contents, CancellationToken cancellationToken)
    {
        foreach (var (key, names) in contents.Where(pair => pair.Value[0].Entry!.Content is not null).ToList())
        {
            using var content = new MemoryStream(names[0].Entry!.Content!, writable: false);
            await WriteAsync(names, content, cancellationToken).ConfigureAwait(false);
            contents.Remove(key);
        }
    }

    private async Task WriteAsync(List<FileNode> names, Stream content, CancellationToken cancellationToken)
    {
        var first = names[0];
        var problem = await target.AddFileAsync(PathOf(first), first, content, cancellationToken).ConfigureAwait(false);
        Note(first, problem);
        foreach (var other in names.Skip(1))
        {
            Note(other, problem ?? target.AddHardLink(PathOf(other), other, PathOf(first)));
        }
    }

    private bool IsAccepted(FileNode node)
    {
        var problem = Refuse(node);
        if (problem is not null)
        {
            _warnings.Add($"'{TerminalText.Quote(node.Path)}': {problem}");
        }

        return problem is null;
    }

    private string? Refuse(FileNode node) =>
        node.HasUnsafeName ? "the layer names it by an absolute path or with '..'"
        : node.Entry?.Kind switch
        {
            LayerEntryKind.CharacterDevice or LayerEntryKind.BlockDevice => "it is a device",
            LayerEntryKind.Fifo => "it is a FIFO",
            LayerEntryKind.HardLink => "it is a hard link to nothing",
            LayerEntryKind.SymbolicLink when node.Entry.Link.Length == 0 => "it is a symbolic link without a target",
            LayerEntryKind.SymbolicLink when files.Tree.Escapes(node) => "it is a symbolic link that leads out of the image",
            _ => null,
        }
        ?? target.Refuse(PathOf(node));

    private void Note(FileNode node, string? problem)
    {
        if (problem is null)
        {
            Count++;
        }
        else
        {
            _warnings.Add($"'{TerminalText.Quote(node.Path)}': {problem}");
        }
    }
}
