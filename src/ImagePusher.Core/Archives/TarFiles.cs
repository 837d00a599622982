using System.Formats.Tar;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using Microsoft.Win32.SafeHandles;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Archives;

/// <summary>The files of a tar: an index of its headers over one shared handle.</summary>
internal sealed class TarFiles : ArchiveFiles
{
    // A chain of links in an image tar has one step.
    private const int MaximumLinks = 40;
    private const long MaximumNameCharacters = 32L * 1024 * 1024;
    private const int WarningsInFull = 5;

    private readonly SafeFileHandle _file;
    private readonly Dictionary<string, TarEntryPlace> _entries = new(StringComparer.Ordinal);

    private TarFiles(SafeFileHandle file, string path)
        : base(path) => _file = file;

    /// <summary>Indexes a tar. Its handle is closed with the result, or when this fails.</summary>
    /// <exception cref="InvalidImageArchiveException">It is no tar, cut, or larger than the options allow.</exception>
    public static TarFiles Read(SafeFileHandle file, string path, ArchiveOptions options, CancellationToken cancellationToken)
    {
        var files = new TarFiles(file, path);
        var isRead = false;
        try
        {
            files.ReadEntries(options, cancellationToken);
            isRead = true;
            return files;
        }
        catch (IOException error)
        {
            throw ArchiveProblem.Unreadable(path, error);
        }
        finally
        {
            if (!isRead)
            {
                files.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public override ArchivedFile? Find(string name)
    {
        name = Inside(name);
        for (var links = 0; _entries.TryGetValue(name, out var entry); links++)
        {
            if (entry.Type is TarEntryType.RegularFile)
            {
                return new ArchivedFile(name, entry.Offset, entry.Length);
            }

            if (links == MaximumLinks)
            {
                throw ArchiveProblem.Damaged(Path, $"the link '{Shorten(name)}' leads back to itself");
            }

            name = Inside(entry.LinkName, entry.Type is TarEntryType.SymbolicLink ? ArchivePath.FolderOf(name) : "");
        }

        return null;
    }

    /// <inheritdoc/>
    public override Stream Open(ArchivedFile file, long offset, Action<int>? count = null) =>
        new FileRangeStream(_file, file.Offset + offset, file.Length - offset, error => ArchiveProblem.Changed(Path, error), count);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private void ReadEntries(ArchiveOptions options, CancellationToken cancellationToken)
    {
        using var scanner = new TarScanner(_file, Path);
        var repeated = new SortedSet<string>(StringComparer.Ordinal);
        long characters = 0;
        for (var count = 1; scanner.Next() is { } entry; count++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            characters += entry.Name.Length + entry.LinkName.Length;
            if (count > options.MaximumEntries || characters > MaximumNameCharacters)
            {
                throw ArchiveProblem.TooLarge(
                    Path, $"it has more than {options.MaximumEntries} entries, or names of more than {MaximumNameCharacters} characters",
                    "An image archive has a few entries for each layer; check what the file is, or save fewer images into one.");
            }

            var name = Inside(entry.Name);
            if (entry.Type is TarEntryType.RegularFile or TarEntryType.HardLink or TarEntryType.SymbolicLink && !_entries.TryAdd(name, entry with { Name = "" }))
            {
                Refuse(name);
                _entries[name] = entry with { Name = "" };
                repeated.Add(name);
            }
        }

        Warn(repeated, options.Log);
    }

    // Which of the two decides would depend on the reader, so what is pushed could differ from what was looked at.
    private void Refuse(string name)
    {
        if (name is "manifest.json" or "index.json")
        {
            throw ArchiveProblem.Damaged(Path, $"it has two entries '{name}', and which of them holds is not said");
        }
    }

    private void Warn(SortedSet<string> repeated, ILogger log)
    {
        foreach (var name in repeated.Take(WarningsInFull))
        {
            log.Warning($"'{Path}' has several entries '{Shorten(name)}'; the last one is taken.");
        }

        if (repeated.Count > WarningsInFull)
        {
            log.Warning($"'{Path}' has {repeated.Count - WarningsInFull} more names that several entries have; the last one of each is taken.");
        }
    }
}
