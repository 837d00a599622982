namespace ImagePusher.Core.Discovery.Dockerfiles;

/// <summary>An instruction of a Dockerfile: its lines joined, with the place of each character in the file.</summary>
/// <param name="Text">The instruction without escapes at line ends, and without comments between its lines.</param>
/// <param name="Offsets">The offset of each character of the text in the file.</param>
/// <param name="Escape">The character that takes the meaning from a quote.</param>
internal sealed record DockerfileInstruction(string Text, IReadOnlyList<int> Offsets, char Escape)
{
    private List<DockerfileWord>? _words;

    /// <summary>The words, separated by white space outside quotes.</summary>
    public IReadOnlyList<DockerfileWord> Words => _words ??= [.. Split()];

    /// <summary>The first word in upper case.</summary>
    public string Keyword => Words.Count > 0 ? Words[0].Text.ToUpperInvariant() : "";

    /// <summary>The offset of the instruction in the file.</summary>
    public int Offset => Words.Count > 0 ? Words[0].Offset : Offsets[0];

    /// <summary>The instruction that ONBUILD triggers.</summary>
    public DockerfileInstruction Triggered()
    {
        var start = Words.Count > 1 ? Words[1].Start : Text.Length;
        return new DockerfileInstruction(Text[start..], [.. Offsets.Skip(start)], Escape);
    }

    private IEnumerable<DockerfileWord> Split()
    {
        var start = -1;
        var quote = '\0';
        for (var i = 0; i <= Text.Length; i++)
        {
            if (i == Text.Length || (quote == '\0' && char.IsWhiteSpace(Text[i])))
            {
                if (start >= 0)
                {
                    yield return WordAt(start, i);
                }

                start = -1;
            }
            else
            {
                start = start < 0 ? i : start;
                var isEscaped = quote != '\'' && Text[i] == Escape && i + 1 < Text.Length && Text[i + 1] is '"' or '\'';
                quote = isEscaped || Text[i] is not ('"' or '\'') ? quote : quote == '\0' ? Text[i] : quote == Text[i] ? '\0' : quote;
                i += isEscaped ? 1 : 0;
            }
        }
    }

    private DockerfileWord WordAt(int start, int end) =>
        new(Text[start..end], start, Offsets[start], Offsets[end - 1] - Offsets[start] == end - 1 - start);
}

/// <summary>A word of an instruction.</summary>
/// <param name="Text">The word as it was written.</param>
/// <param name="Start">Its offset in the instruction.</param>
/// <param name="Offset">Its offset in the file.</param>
/// <param name="IsOnOneLine">True if its characters follow one another in the file.</param>
internal sealed record DockerfileWord(string Text, int Start, int Offset, bool IsOnOneLine)
{
    /// <summary>The word without its quotes.</summary>
    public string Value => Text.Trim('"', '\'');

    /// <summary>The rest of the word after a number of characters.</summary>
    public DockerfileWord From(int length) => new(Text[length..], Start + length, Offset + length, IsOnOneLine);

    /// <summary>A part of the word.</summary>
    public DockerfileWord Part(int start, string text) => new(text, Start + start, Offset + start, IsOnOneLine);

    /// <summary>The position of the value in the file, and whether the file contains it literally.</summary>
    public (int Offset, bool IsVerbatim) Position => (Offset + (Text.Length - Text.TrimStart('"', '\'').Length), IsOnOneLine);
}
