using ImagePusher.Core.IO;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Oci;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Inspection;

/// <summary>Writes selected files of an image. Each layer with content that the target does not have yet is read once.</summary>
/// <param name="files">The files.</param>
/// <param name="target">The target of the files.</param>
/// <param name="log">Receives a warning for each file that is refused.</param>
internal sealed class FileSaver(ImageFiles files, IFileTarget target, ILogger log)
{
    private readonly EntryWarnings _warnings = new(log, files.Image.Source.Description);

    /// <summary>The number of files, folders and links that were written.</summary>
    public int Count { get; private set; }

    /// <summary>Writes the files.</summary>
    /// <exception cref="LimitExceededException">Copies for hard links would be out of proportion to the image.</exception>
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        var accepted = files.Selected.Where(IsAccepted).ToList();
        var contents = Contents(accepted);
        CheckCopies(contents);

        // A tar that is begun again must not lose its folders.
        target.Settle(contents.ToDictionary(content => content.Key, content => (IReadOnlyList<string>)[.. content.Value.Select(PathOf)]));
        foreach (var folder in accepted.Where(node => node.IsDirectory))
        {
            target.AddDirectory(PathOf(folder), folder);
            Count++;
        }

        AddStaged(contents);
        foreach (var layer in contents.Values.Select(names => names[0].ContentLayer).Order().DistinctBy(LayerDigest).ToList())
        {
            await new LayerReader(files.Image.Source, files.LayerOf(layer)).ReadAsync(
                async (entry, content) =>
                {
                    if (content is not null && contents.Remove(new ContentKey(LayerDigest(layer), entry.Ordinal), out var names))
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

    private Digest LayerDigest(int number) => files.LayerOf(number).Digest;

    // The name that the content has in its layer comes first; the others are links to it.
    private Dictionary<ContentKey, List<FileNode>> Contents(List<FileNode> accepted)
    {
        var contents = new Dictionary<ContentKey, List<FileNode>>();
        foreach (var file in accepted.Where(node => node.Entry is { Kind: LayerEntryKind.File }))
        {
            var key = new ContentKey(LayerDigest(file.ContentLayer), file.Entry!.Ordinal);
            var names = contents.TryGetValue(key, out var known) ? known : contents[key] = [];
            names.Insert(names.Count > 0 && PathOf(file) == file.Entry.Path ? 0 : names.Count, file);
        }

        return contents;
    }

    private void AddStaged(Dictionary<ContentKey, List<FileNode>> contents)
    {
        foreach (var (key, names) in contents.Where(pair => target.HasStaged(pair.Key)).ToList())
        {
            AddNames(names, target.AddStaged(key, PathOf(names[0]), names[0]));
            contents.Remove(key);
        }
    }

    private async Task WriteAsync(List<FileNode> names, Stream content, CancellationToken cancellationToken) =>
        AddNames(names, await target.AddFileAsync(PathOf(names[0]), names[0], content, cancellationToken).ConfigureAwait(false));

    private void AddNames(List<FileNode> names, string? problem)
    {
        Note(names[0], problem);
        foreach (var other in names.Skip(1))
        {
            Note(other, problem ?? target.AddHardLink(PathOf(other), other, PathOf(names[0])));
        }
    }

    // A link of 512 bytes can become a copy of any size, like compressed content.
    private void CheckCopies(Dictionary<ContentKey, List<FileNode>> contents)
    {
        var copied = target.CopiesHardLinks ? contents.Values.Sum(names => (names.Count - 1) * names[0].Entry!.Size) : 0;
        if (copied > Limits.ExpansionAllowance && copied / Limits.ExpansionRatio > files.Image.Size)
        {
            throw new LimitExceededException(
                $"The hard links of {files.Image.Manifest.Digest} of {files.Image.Source.Description} stand for {copied:N0} bytes of "
                + $"copies, out of proportion to the {files.Image.Size:N0} bytes of the image.",
                "Save the files to a tar, which has hard links.");
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
