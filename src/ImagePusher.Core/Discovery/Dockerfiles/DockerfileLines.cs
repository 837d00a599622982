using ImagePusher.Core.Discovery.Yaml;

namespace ImagePusher.Core.Discovery.Dockerfiles;

/// <summary>The lines of a Dockerfile, counted from 1: all of a file, or those of a block in one, without their indentation.</summary>
internal sealed class DockerfileLines
{
    private readonly SourceText _source;
    private readonly List<(int Start, int Length)> _lines;

    private DockerfileLines(SourceText source, IEnumerable<(int Start, int Length)> lines) => (_source, _lines) = (source, [.. lines]);

    /// <summary>The number of lines.</summary>
    public int Count => _lines.Count;

    /// <summary>A line without its line break.</summary>
    public ReadOnlySpan<char> this[int number] => _source.Text.AsSpan(_lines[number - 1].Start, _lines[number - 1].Length);

    /// <summary>The lines of a file.</summary>
    public static DockerfileLines Of(SourceText source) =>
        new(source, Enumerable.Range(1, source.LineCount).Select(number => (source.LineStart(number), source.Line(number).Length)));

    /// <summary>The lines of a literal block, <c>|</c>, which all have the indentation of the first.</summary>
    public static DockerfileLines Of(SourceText source, SourceNode block)
    {
        var (header, end) = (source.PositionOf(block.Start).Line, source.PositionOf(block.End));
        var last = end.Column == 1 ? end.Line - 1 : end.Line;
        var numbers = Enumerable.Range(header + 1, Math.Max(0, last - header)).ToList();
        var indentation = numbers.Select(number => IndentationOf(source.Line(number))).FirstOrDefault(count => count > 0);
        return new DockerfileLines(source, numbers.Select(number =>
        {
            var (start, length) = (source.LineStart(number), source.Line(number).Length);
            return length < indentation ? (start, 0) : (start + indentation, length - indentation);
        }));
    }

    /// <summary>The offset of the start of a line in the file, in characters.</summary>
    public int StartOf(int number) => _lines[number - 1].Start;

    // -1 for a blank line.
    private static int IndentationOf(ReadOnlySpan<char> line) => line.IndexOfAnyExcept(' ');
}
