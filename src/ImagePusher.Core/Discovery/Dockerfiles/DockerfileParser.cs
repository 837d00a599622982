using System.Text;
using System.Text.RegularExpressions;

namespace ImagePusher.Core.Discovery.Dockerfiles;

/// <summary>
/// Splits a Dockerfile into instructions: parser directives, comments, lines that continue, and here-documents, whose lines are
/// not instructions.
/// </summary>
/// <remarks>Dockerfile reference: "Parser directives", "Here-Documents".</remarks>
/// <param name="source">The file.</param>
/// <param name="lines">The lines of the Dockerfile in it.</param>
internal sealed partial class DockerfileParser(SourceText source, DockerfileLines lines)
{
    private char _escape = '\\';
    private int _line = 1;

    /// <summary>The value of the directive <c>syntax</c>, the image that builds the file, with its place; null without it.</summary>
    public (string Value, int Offset)? Syntax { get; private set; }

    /// <summary>The instructions, in order.</summary>
    /// <exception cref="InvalidFileException">A here-document does not end.</exception>
    public IEnumerable<DockerfileInstruction> Read()
    {
        ReadDirectives();
        while (_line <= lines.Count)
        {
            if (ReadInstruction() is { } instruction)
            {
                SkipDocuments(instruction);
                yield return instruction;
            }
        }
    }

    private void ReadDirectives()
    {
        // BuildKit reads directives after a shebang line.
        _line += lines.Count > 0 && lines[1].StartsWith("#!") ? 1 : 0;
        for (; _line <= lines.Count; _line++)
        {
            var match = Directive().Match(lines[_line].ToString());
            if (!match.Success)
            {
                return;
            }

            var value = match.Groups["value"];
            switch (match.Groups["name"].Value.ToLowerInvariant())
            {
                case "escape" when value.Value is "`" or "\\":
                    _escape = value.Value[0];
                    break;
                case "syntax":
                    Syntax = (value.Value.Split(' ')[0], lines.StartOf(_line) + value.Index);
                    break;
                case "check":
                    break;
                default:
                    // An unknown directive is a comment, and no directive follows a comment.
                    return;
            }
        }
    }

    private DockerfileInstruction? ReadInstruction()
    {
        var text = new StringBuilder();
        var offsets = new List<int>();
        while (_line <= lines.Count)
        {
            var line = lines[_line].TrimEnd();
            var start = lines.StartOf(_line);
            _line++;
            if (line.TrimStart() is [] or ['#', ..])
            {
                // Blank lines and comments do not end an instruction that continues.
                if (text.Length == 0)
                {
                    return null;
                }

                continue;
            }

            // A doubled escape at the end of a line is a character, as in C:\\.
            var continues = line[^1] == _escape && (line.Length == 1 || line[^2] != _escape);
            var kept = continues ? line[..^1] : line;
            text.Append(kept);
            offsets.AddRange(Enumerable.Range(start, kept.Length));
            if (!continues)
            {
                break;
            }
        }

        // The escape can be the only character of a line.
        return text.ToString() is var joined && string.IsNullOrWhiteSpace(joined) ? null
            : new DockerfileInstruction(joined, offsets, _escape);
    }

    private void SkipDocuments(DockerfileInstruction instruction)
    {
        var inner = instruction.Keyword == "ONBUILD" ? instruction.Triggered() : instruction;
        if (inner.Keyword is not ("RUN" or "COPY" or "ADD") || !inner.Text.Contains("<<", StringComparison.Ordinal))
        {
            return;
        }

        foreach (var match in inner.Words.Select(word => HereDocument().Match(word.Text)).Where(match => match.Success))
        {
            var name = Unquoted().Replace(match.Groups["name"].Value, "");
            var isIndented = match.Groups["tabs"].Length > 0;
            while (_line <= lines.Count && !IsEnd(lines[_line], name, isIndented))
            {
                _line++;
            }

            if (_line > lines.Count)
            {
                throw source.Invalid(instruction.Offset, $"the here-document '{name}' does not end");
            }

            _line++;
        }
    }

    private static bool IsEnd(ReadOnlySpan<char> line, string name, bool isIndented) =>
        (isIndented ? line.TrimStart('\t') : line).SequenceEqual(name);

    [GeneratedRegex(@"\A#\s*(?<name>[A-Za-z][A-Za-z0-9]*)\s*=\s*(?<value>.+?)\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Directive();

    // The end may be any word: EOF, 'END OF FILE', \EOF.
    [GeneratedRegex(@"\A\d*<<(?<tabs>-?)(?<name>[^<]+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex HereDocument();

    [GeneratedRegex(@"['""\\]", RegexOptions.CultureInvariant)]
    private static partial Regex Unquoted();
}
