using ImagePusher.Core.IO;
using Microsoft.Win32.SafeHandles;

namespace ImagePusher.Core.Archives.Tar;

/// <summary>Reads the headers of a tar once, in order, without its content.</summary>
/// <param name="file">The tar; not closed.</param>
/// <param name="path">Its path, for messages.</param>
/// <remarks>
/// System.Formats.Tar is not used: it rejects archives for fields that images do not need, allocates what an extended header claims
/// before it reads it, and does not compare checksums.
/// </remarks>
internal sealed class TarScanner(SafeFileHandle file, string path)
{
    private readonly long _length = RandomAccess.GetLength(file);
    private readonly byte[] _block = new byte[TarChecksum.BlockSize];
    private long _position;

    /// <summary>The next entry; null at the end of the tar.</summary>
    /// <exception cref="InvalidImageArchiveException">What follows is not a tar entry, or is truncated.</exception>
    public TarEntry? Next()
    {
        var extension = new TarExtension();
        while (ReadHeader())
        {
            var header = new TarHeader(_block);
            if (!header.TryReadSize(out var size))
            {
                throw Damaged($"the size in the tar header at byte {_position} is not valid");
            }

            _position += _block.Length;
            if (header.Type is not ('x' or 'X' or 'L' or 'K' or 'g'))
            {
                var entry = CreateEntry(header, extension, extension.Size ?? size);
                Skip(entry.Length);
                return entry;
            }

            ReadExtension(header.Type, size, extension);
        }

        return extension.IsEmpty ? null : throw Damaged("an extended header belongs to no entry");
    }

    // The two blocks of zeros at the end may be missing.
    private bool ReadHeader()
    {
        for (var filled = 0; filled < _block.Length;)
        {
            var count = RandomAccess.Read(file, _block.AsSpan(filled), _position + filled);
            if (count == 0)
            {
                return filled == 0 ? false : throw Truncated();
            }

            filled += count;
        }

        if (!_block.AsSpan().ContainsAnyExcept((byte)0))
        {
            return false;
        }

        return TarChecksum.IsHeader(_block) ? true : throw Damaged($"there is no tar header at byte {_position}, where one must be");
    }

    private void ReadExtension(char type, long size, TarExtension extension)
    {
        if (size > Limits.TarExtendedHeader)
        {
            throw new LimitExceededException(
                $"An extended header of the tar '{path}' claims {size} bytes; at most {Limits.TarExtendedHeader} are read.",
                "Check what created the archive; no image needs such names.");
        }

        var content = new byte[size];
        for (var filled = 0; filled < content.Length;)
        {
            var count = RandomAccess.Read(file, content.AsSpan(filled), _position + filled);
            filled += count > 0 ? count : throw Truncated();
        }

        Skip(size);
        try
        {
            if (type != 'g')
            {
                extension.Add(type, content);
                return;
            }

            var global = PaxRecords.Parse(content);
            if (!extension.IsEmpty || global.Path is not null || global.LinkPath is not null || global.Size is not null || global.IsSparse)
            {
                throw new FormatException("a global extended header gives all entries one name or size, or stands between a header and its entry");
            }
        }
        catch (FormatException error)
        {
            throw Damaged(error.Message, error);
        }
    }

    private TarEntry CreateEntry(TarHeader header, TarExtension extension, long size)
    {
        var name = extension.Name ?? header.Name;
        var kind = KindOf(header.Type, name);
        var quoted = TerminalText.Quote(name);
        if (header.Type == 'S' || extension.IsSparse)
        {
            throw Damaged($"the entry '{quoted}' is stored sparse, without its holes");
        }

        if (header.Type == 'M')
        {
            throw Damaged($"the entry '{quoted}' continues from another volume");
        }

        // Readers differ in whether they step over such content.
        if (size > 0 && kind is TarEntryKind.Directory or TarEntryKind.HardLink or TarEntryKind.SymbolicLink)
        {
            throw Damaged($"the entry '{quoted}' is a {(kind is TarEntryKind.Directory ? "directory" : "link")} and has {size} bytes of content");
        }

        var link = kind is TarEntryKind.HardLink or TarEntryKind.SymbolicLink ? extension.LinkName ?? header.LinkName : "";
        return size <= _length - _position ? new TarEntry(kind, name, link, _position, size) : throw Truncated();
    }

    private static TarEntryKind KindOf(char type, string name) => type switch
    {
        '\0' or '0' or '7' => name.EndsWith('/') ? TarEntryKind.Directory : TarEntryKind.File,
        '1' => TarEntryKind.HardLink,
        '2' => TarEntryKind.SymbolicLink,
        '5' => TarEntryKind.Directory,
        _ => TarEntryKind.Other,
    };

    // The padding of the last entry may be missing.
    private void Skip(long size)
    {
        var padded = size + ((TarChecksum.BlockSize - (size % TarChecksum.BlockSize)) % TarChecksum.BlockSize);
        _position = Math.Min(_length, _position + padded);
    }

    private InvalidImageArchiveException Damaged(string problem, Exception? inner = null) => ArchiveErrors.Damaged(path, problem, inner);

    private InvalidImageArchiveException Truncated() => Damaged($"it ends after {_length} bytes in the middle of an entry, so it was truncated");
}
