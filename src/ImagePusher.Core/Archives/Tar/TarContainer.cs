using ImagePusher.Core.Archives.Docker;
using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Messages;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Archives.Tar;

/// <summary>The files of a tar: an index of its entries over one shared handle.</summary>
internal sealed class TarContainer : ArchiveContainer
{
    private const int ListedNames = 5;

    private readonly FileStream _file;
    private readonly Dictionary<string, TarFileEntry> _entries = new(StringComparer.Ordinal);

    private TarContainer(FileStream file, string path)
        : base(path) => _file = file;

    /// <summary>Indexes a tar. Its file is closed with the result, or when this fails.</summary>
    /// <exception cref="InvalidImageArchiveException">It is not a tar, or is damaged or truncated.</exception>
    /// <exception cref="LimitExceededException">It has more entries or longer names than the options allow.</exception>
    public static TarContainer Open(FileStream file, string path, ArchiveOptions options, CancellationToken cancellationToken)
    {
        var container = new TarContainer(file, path);
        var isRead = false;
        try
        {
            container.ReadEntries(options, cancellationToken);
            isRead = true;
            return container;
        }
        catch (IOException error)
        {
            throw ArchiveErrors.Unreadable(path, error);
        }
        finally
        {
            if (!isRead)
            {
                container.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public override ArchiveEntry? Find(string name) => Resolve(name, out _);

    /// <inheritdoc/>
    public override string ExplainMissing(string name)
    {
        Resolve(name, out var last);
        return last == Normalize(name) ? "is missing" : $"is a link to '{TerminalText.Quote(last)}', which is missing";
    }

    /// <inheritdoc/>
    public override Stream Open(ArchiveEntry entry, long offset, Action<int>? progress = null) => new FileRangeStream(
        _file.SafeFileHandle, entry.Offset + offset, entry.Length - offset, error => ArchiveErrors.Changed(Path, error), progress);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private ArchiveEntry? Resolve(string name, out string last)
    {
        last = Normalize(name);
        for (var links = 0; _entries.TryGetValue(last, out var entry); links++)
        {
            if (entry.Kind is TarEntryKind.File)
            {
                return new ArchiveEntry(last, entry.Offset, entry.Length);
            }

            if (entry.Kind is TarEntryKind.SparseFile)
            {
                throw ArchiveErrors.Damaged(
                    Path, $"the entry '{TerminalText.Quote(last)}' is stored sparse, without its holes");
            }

            if (links == Limits.TarLinks)
            {
                throw ArchiveErrors.Damaged(Path, $"the link '{TerminalText.Quote(last)}' leads back to itself");
            }

            last = TargetOf(last, entry);
        }

        return null;
    }

    // The root of the archive represents the root of the file system. Some tools write symbolic links from the root, too.
    private string TargetOf(string name, TarFileEntry link)
    {
        if (link.Kind is not TarEntryKind.SymbolicLink || link.LinkName.StartsWith('/'))
        {
            return Normalize(link.LinkName);
        }

        var fromLink = ArchivePath.Normalize(link.LinkName, ArchivePath.DirectoryOf(name));
        return fromLink is not null && _entries.ContainsKey(fromLink) ? fromLink
            : ArchivePath.Normalize(link.LinkName) is { } fromRoot && _entries.ContainsKey(fromRoot) ? fromRoot
            : fromLink ?? throw ArchiveErrors.OutsideFolder(Path, link.LinkName);
    }

    private void ReadEntries(ArchiveOptions options, CancellationToken cancellationToken)
    {
        using var scanner = new TarScanner(_file.SafeFileHandle, Path);
        var repeated = new SortedSet<string>(StringComparer.Ordinal);
        long characters = 0;
        for (var count = 1; scanner.Next() is { } entry; count++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            characters += entry.Name.Length + entry.LinkName.Length;
            if (count > options.MaximumEntries || characters > Limits.TarNameCharacters)
            {
                throw ArchiveErrors.Limit(
                    Path, $"it has more than {options.MaximumEntries} entries, or names of more than {Limits.TarNameCharacters} characters",
                    "An image archive has a few entries per layer. Check what the file is, or save fewer images into one archive.");
            }

            if (entry.Kind is TarEntryKind.File or TarEntryKind.SparseFile or TarEntryKind.HardLink or TarEntryKind.SymbolicLink)
            {
                Add(Normalize(entry.Name), entry with { Name = "" }, repeated);
            }
        }

        WarnOfRepeated(repeated, options.Log);
    }

    private void Add(string name, TarFileEntry entry, SortedSet<string> repeated)
    {
        if (_entries.TryAdd(name, entry))
        {
            return;
        }

        // Readers differ in which of the two they use, so the pushed content could differ from the inspected content.
        if (name is DockerManifestEntry.FileName or LayoutPaths.IndexName)
        {
            throw ArchiveErrors.Damaged(Path, $"it has two entries '{name}', so its content is ambiguous");
        }

        _entries[name] = entry;
        repeated.Add(name);
    }

    private void WarnOfRepeated(SortedSet<string> repeated, ILogger log)
    {
        foreach (var name in repeated.Take(ListedNames))
        {
            log.Warning($"'{Path}' has several entries '{TerminalText.Quote(name)}'; the last one is used.");
        }

        if (repeated.Count > ListedNames)
        {
            log.Warning($"'{Path}' has several entries for {repeated.Count - ListedNames} more names; the last one of each is used.");
        }
    }
}
