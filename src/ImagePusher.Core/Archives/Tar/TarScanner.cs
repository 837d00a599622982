using System.Formats.Tar;
using ImagePusher.Core.Messages;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Archives.Tar;

/// <summary>Reads the headers of a tar once, in order, without its content.</summary>
internal sealed class TarScanner : IDisposable
{
    private readonly string _path;
    private readonly TarHeaderStream _headers;
    private readonly TarReader _reader;

    /// <summary>Starts at the first header.</summary>
    /// <param name="file">The tar; not closed.</param>
    /// <param name="path">Its path, for messages.</param>
    public TarScanner(SafeFileHandle file, string path)
    {
        _path = path;
        _headers = new TarHeaderStream(file, path);
        _reader = new TarReader(_headers, leaveOpen: true);
    }

    /// <summary>The next entry; null at the end of the tar.</summary>
    /// <exception cref="InvalidImageArchiveException">What follows is not a tar entry, or is truncated.</exception>
    public TarFileEntry? Next()
    {
        try
        {
            var entry = _reader.GetNextEntry(copyData: false);
            while (entry is PaxGlobalExtendedAttributesTarEntry)
            {
                entry = _reader.GetNextEntry(copyData: false);
            }

            return entry is not null ? Create(entry)
                : _headers.HasPendingExtension ? throw Damaged("an extended header belongs to no entry")
                : null;
        }
        catch (EndOfStreamException error)
        {
            throw _headers.HasPendingExtension
                ? Damaged("an extended header belongs to no entry", error)
                : ArchiveErrors.Truncated(_path, _headers.Length, error);
        }
        catch (Exception error) when (error is InvalidDataException or FormatException or ArgumentException or OverflowException
            or InvalidOperationException or NotSupportedException)
        {
            throw Damaged($"a tar header can't be read ({error.Message.TrimEnd('.')})", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _headers.Dispose();
    }

    private TarFileEntry Create(TarEntry entry)
    {
        // .NET 10.0 omits the prefix of a header behind an extended one, which libarchive writes so.
        var name = _headers.HasExtendedName ? entry.Name : TarHeader.Name(_headers.Header);
        var kind = KindOf(entry.EntryType, name);
        var quoted = TerminalText.Quote(name);
        if (TarHeader.IsSparse(_headers.Header) || _headers.Records is { IsSparse: true })
        {
            // This is an error only if an image needs the entry.
            (kind, name) = (TarEntryKind.SparseFile, _headers.Records?.SparseName ?? name);
        }

        if (entry.EntryType is TarEntryType.MultiVolume)
        {
            throw Damaged($"the entry '{quoted}' continues from another volume");
        }

        if (entry.Length > 0 && kind is TarEntryKind.Directory)
        {
            throw Damaged($"the entry '{quoted}' is a directory and has {entry.Length} bytes of content");
        }

        // TarReader only skips content, so it does not detect that the file ends earlier.
        var link = kind is TarEntryKind.HardLink or TarEntryKind.SymbolicLink ? entry.LinkName : "";
        return entry.Length <= _headers.Length - entry.DataOffset
            ? new TarFileEntry(kind, name, link, entry.DataOffset, entry.Length)
            : throw ArchiveErrors.Truncated(_path, _headers.Length);
    }

    private static TarEntryKind KindOf(TarEntryType type, string name) => type switch
    {
        TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile =>
            name.EndsWith('/') ? TarEntryKind.Directory : TarEntryKind.File,
        TarEntryType.HardLink => TarEntryKind.HardLink,
        TarEntryType.SymbolicLink => TarEntryKind.SymbolicLink,
        TarEntryType.Directory => TarEntryKind.Directory,
        _ => TarEntryKind.Other,
    };

    private InvalidImageArchiveException Damaged(string problem, Exception? inner = null) => ArchiveErrors.Damaged(_path, problem, inner);
}
