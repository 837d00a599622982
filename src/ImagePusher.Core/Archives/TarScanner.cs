using System.Formats.Tar;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Archives;

/// <summary>Goes over the headers of a tar once and says what lies where. Content is never read.</summary>
internal sealed class TarScanner : IDisposable
{
    private readonly string _path;
    private readonly HeaderGuardStream _file;
    private readonly TarReader _tar;

    /// <summary>Begins at the tar's start.</summary>
    /// <param name="file">The tar; it stays open.</param>
    /// <param name="path">Its path, for messages.</param>
    public TarScanner(SafeFileHandle file, string path)
    {
        _path = path;
        _file = new HeaderGuardStream(file, path);
        _tar = new TarReader(_file, leaveOpen: true);
    }

    /// <summary>The next entry; null at the end of the tar.</summary>
    /// <exception cref="InvalidImageArchiveException">What comes next is no tar entry, or is cut.</exception>
    public TarEntryPlace? Next()
    {
        try
        {
            while (_tar.GetNextEntry(copyData: false) is { } entry)
            {
                if (entry is not PaxGlobalExtendedAttributesTarEntry global)
                {
                    return Place(entry);
                }

                Check(global);
            }

            return null;
        }
        catch (EndOfStreamException error)
        {
            throw Cut(error);
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
        _tar.Dispose();
        _file.Dispose();
    }

    private void Check(PaxGlobalExtendedAttributesTarEntry global)
    {
        if (global.GlobalExtendedAttributes.Keys.Any(key => key is "path" or "linkpath" or "size" || IsSparse(key)))
        {
            throw Damaged("a global extended header gives all entries one name or size");
        }
    }

    private TarEntryPlace Place(TarEntry entry)
    {
        var fullName = NameOf(entry);
        var name = ArchiveFiles.Shorten(fullName);
        var place = new TarEntryPlace(TypeOf(entry, fullName), fullName, entry.LinkName, entry.DataOffset, entry.Length);
        if (place.Type is TarEntryType.SparseFile || (entry is PaxTarEntry pax && pax.ExtendedAttributes.Keys.Any(IsSparse)))
        {
            throw Damaged($"the entry '{name}' is stored sparse, with holes");
        }

        if (place.Type is TarEntryType.MultiVolume)
        {
            throw Damaged($"the entry '{name}' goes on from another volume");
        }

        // TarReader hands out one that stands where it expects none. 'X' is that of Solaris, which it does not know.
        if (place.Type is TarEntryType.ExtendedAttributes or TarEntryType.GlobalExtendedAttributes or TarEntryType.LongLink or TarEntryType.LongPath or (TarEntryType)'X')
        {
            throw Damaged($"the extended header '{name}' belongs to no entry");
        }

        // A file whose name ends in '/' is a folder. Readers differ in whether they step over what it contains.
        if (place.Type is TarEntryType.Directory && place.Length > 0)
        {
            throw Damaged($"the entry '{name}' is a folder and yet has {place.Length} bytes of content");
        }

        // TarReader only steps over content, so it doesn't notice that the file ends before.
        return place.Length <= _file.Length - place.Offset ? place : throw Cut(null);
    }

    private static TarEntryType TypeOf(TarEntry entry, string name) =>
        entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile
        ? name.EndsWith('/') ? TarEntryType.Directory : TarEntryType.RegularFile
        : entry.EntryType;

    private string NameOf(TarEntry entry)
    {
        if (entry is not PaxTarEntry pax)
        {
            return entry.Name;
        }

        foreach (var key in (ReadOnlySpan<string>)["path", "linkpath"])
        {
            if (pax.ExtendedAttributes.TryGetValue(key, out var value) && (value.Length == 0 || value.Contains('\0', StringComparison.Ordinal)))
            {
                throw Damaged("an extended tar header has a name that is empty or has a NUL in it");
            }
        }

        // .NET 10.0 leaves out the prefix of a header behind an extended one, which libarchive writes so.
        return pax.ExtendedAttributes.ContainsKey("path") ? entry.Name : TarHeader.Name(_file.Header);
    }

    private static bool IsSparse(string key) => key.StartsWith("GNU.sparse.", StringComparison.Ordinal);

    private InvalidImageArchiveException Damaged(string problem, Exception? inner = null) => ArchiveProblem.Damaged(_path, problem, inner);

    private InvalidImageArchiveException Cut(Exception? inner) =>
        Damaged($"it ends after {_file.Length} bytes in the middle of an entry, so it was cut", inner);
}
