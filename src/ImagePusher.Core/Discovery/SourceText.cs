using System.Text;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Discovery;

/// <summary>
/// A text file that can be written again byte for byte: its characters, how they are encoded, and where its lines start. Lines end
/// with LF, CR LF or CR; lines and columns start at 1, and a column counts UTF-16 code units, as editors do.
/// </summary>
internal sealed class SourceText
{
    private static readonly Encoding[] Marked =
    [
        new UTF8Encoding(true, true), new UTF32Encoding(false, true, true), new UTF32Encoding(true, true, true),
        new UnicodeEncoding(false, true, true), new UnicodeEncoding(true, true, true),
    ];

    private readonly byte[] _bytes;
    private readonly Encoding _encoding;
    private readonly int _preamble;
    private readonly List<int> _lineStarts = [0];
    private (int Offset, long Bytes) _counted;

    private SourceText(string path, byte[] bytes, Encoding encoding, int preamble)
    {
        (Path, _bytes, _encoding, _preamble, _counted) = (path, bytes, encoding, preamble, (0, preamble));
        Text = encoding.GetString(bytes, preamble, bytes.Length - preamble);
        for (var i = 0; i < Text.Length; i++)
        {
            if (Text[i] == '\n' || (Text[i] == '\r' && (i + 1 == Text.Length || Text[i + 1] != '\n')))
            {
                _lineStarts.Add(i + 1);
            }
        }
    }

    /// <summary>The file's path, as messages show it.</summary>
    public string Path { get; }

    /// <summary>The characters after the byte order mark.</summary>
    public string Text { get; }

    /// <summary>The number of lines; text after the last line break is a line too.</summary>
    public int LineCount => _lineStarts.Count;

    /// <summary>Reads a file.</summary>
    /// <exception cref="LimitExceededException">The file has more than <see cref="DiscoveryLimits.FileLength"/> bytes.</exception>
    /// <exception cref="InvalidFileException">The file is not text.</exception>
    /// <exception cref="PathNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidOptionException">It is not a regular file.</exception>
    /// <exception cref="AccessDeniedException">The file can't be read.</exception>
    public static SourceText Read(string path)
    {
        try
        {
            return Of(path, RegularFile.ReadAll(path, DiscoveryLimits.FileLength) ?? throw new LimitExceededException(
                $"'{path}' has more than {DiscoveryLimits.FileLength} bytes, the most that is searched for references.",
                "Split the file, or search its parts."));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DiskErrors.Classify(error, path)
                ?? new AccessDeniedException($"'{path}' can't be read: {DiskErrors.Reason(error)}.", "Check the file.", error);
        }
    }

    /// <summary>
    /// The text of a file's bytes: with a byte order mark its encoding, otherwise UTF-8, otherwise one character per byte.
    /// </summary>
    /// <exception cref="InvalidFileException">The bytes are not text.</exception>
    public static SourceText Of(string path, byte[] bytes)
    {
        var marked = Array.Find(Marked, encoding => bytes.AsSpan().StartsWith(encoding.Preamble));
        try
        {
            var text = new SourceText(path, bytes, marked ?? Marked[0], marked?.Preamble.Length ?? 0);
            return text.Text.Contains('\0', StringComparison.Ordinal) ? throw NotText(path, null) : text;
        }
        catch (DecoderFallbackException error)
        {
            // Bytes of another encoding in comments must survive; references are ASCII.
            return marked is null && !bytes.Contains((byte)0)
                ? new SourceText(path, bytes, Encoding.Latin1, 0) : throw NotText(path, error);
        }
    }

    /// <summary>The line and column of a character.</summary>
    public (int Line, int Column) PositionOf(int offset)
    {
        var found = _lineStarts.BinarySearch(offset);
        var line = found >= 0 ? found : ~found - 1;
        return (line + 1, offset - _lineStarts[line] + 1);
    }

    /// <summary>The offset of the start of a line, in characters.</summary>
    public int LineStart(int line) => _lineStarts[line - 1];

    /// <summary>A line without its line break.</summary>
    public ReadOnlySpan<char> Line(int line) =>
        Text.AsSpan(LineStart(line), (line < LineCount ? LineStart(line + 1) : Text.Length) - LineStart(line)).TrimEnd("\r\n");

    /// <summary>The offset of a character in the file, in bytes.</summary>
    public long ByteOffsetOf(int offset)
    {
        // References are requested in order, so the text is counted once.
        var (from, bytes) = offset >= _counted.Offset ? _counted : (0, _preamble);
        _counted = (offset, bytes + _encoding.GetByteCount(Text.AsSpan(from, offset - from)));
        return _counted.Bytes;
    }

    /// <summary>The file's bytes with parts of the text replaced; all other bytes are those of the file.</summary>
    /// <param name="edits">The replacements, in any order; they do not overlap.</param>
    public byte[] Replace(IEnumerable<TextEdit> edits)
    {
        using var result = new MemoryStream(_bytes.Length);
        var (done, doneBytes) = (0, _preamble);
        result.Write(_bytes, 0, _preamble);
        foreach (var edit in edits.OrderBy(edit => edit.Offset))
        {
            var kept = _encoding.GetByteCount(Text.AsSpan(done, edit.Offset - done));
            result.Write(_bytes, doneBytes, kept);
            result.Write(_encoding.GetBytes(edit.NewText));
            doneBytes += kept + _encoding.GetByteCount(Text.AsSpan(edit.Offset, edit.Length));
            done = edit.Offset + edit.Length;
        }

        result.Write(_bytes, doneBytes, _bytes.Length - doneBytes);
        return result.ToArray();
    }

    /// <summary>True if the file had these bytes when it was read.</summary>
    public bool Has(ReadOnlySpan<byte> bytes) => bytes.SequenceEqual(_bytes);

    /// <summary>The error for a part of the file that is not valid.</summary>
    public InvalidFileException Invalid(int line, int column, string reason, Exception? inner = null) => new(
        $"'{Path}' is not valid at line {line}, column {column}: {reason}.", "Correct the file at this position.", inner)
    {
        Line = line,
        Column = column,
    };

    /// <inheritdoc cref="Invalid(int, int, string, Exception?)"/>
    public InvalidFileException Invalid(int offset, string reason, Exception? inner = null)
    {
        var (line, column) = PositionOf(offset);
        return Invalid(line, column, reason, inner);
    }

    private static InvalidFileException NotText(string path, Exception? inner) =>
        new($"'{path}' is not a text file.", "Specify files of text: manifests, compose files, Dockerfiles, pipelines or lists.", inner);
}

/// <summary>A part of a text that is replaced.</summary>
/// <param name="Offset">Its offset, in characters.</param>
/// <param name="Length">Its length, in characters.</param>
/// <param name="NewText">The new text.</param>
internal sealed record TextEdit(int Offset, int Length, string NewText);
