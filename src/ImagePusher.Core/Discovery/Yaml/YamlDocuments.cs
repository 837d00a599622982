namespace ImagePusher.Core.Discovery.Yaml;

/// <summary>
/// Reads the documents of a YAML file. A document that is not valid is an error of its own; the others are read, because a line
/// <c>---</c> always starts a document.
/// </summary>
internal static class YamlDocuments
{
    /// <summary>The root of each valid document, in order.</summary>
    /// <param name="collector">The file; it takes one error for each document that is not valid.</param>
    /// <exception cref="LimitExceededException">The file has too many errors.</exception>
    public static List<SourceNode> Read(ReferenceCollector collector)
    {
        var source = collector.Source;
        var text = TemplateMask.Apply(source.Text);
        var roots = new List<SourceNode>();
        var nodes = 0;
        foreach (var (firstLine, afterLine) in Split(source))
        {
            var start = source.LineStart(firstLine);
            var end = afterLine > source.LineCount ? text.Length : source.LineStart(afterLine);
            roots.AddRange(Read(collector, text[start..end], firstLine, ref nodes));
        }

        return roots;
    }

    /// <summary>The roots of a part of the file; none, and one error, if it is not valid.</summary>
    /// <param name="collector">The file.</param>
    /// <param name="text">The text from the start of a line, with its template actions hidden.</param>
    /// <param name="firstLine">That line.</param>
    /// <param name="nodes">The number of values that were read so far.</param>
    public static List<SourceNode> Read(ReferenceCollector collector, string text, int firstLine, ref int nodes)
    {
        var reader = new SourceNodeReader(collector.Source, text, firstLine, nodes);
        try
        {
            return reader.Read();
        }
        catch (ImagePusherException error)
        {
            collector.AddError(error);
            return [];
        }
        finally
        {
            nodes = reader.Nodes;
        }
    }

    // Lines of documents: from one that starts with '---' to the next, with the directives before it.
    private static IEnumerable<(int FirstLine, int AfterLine)> Split(SourceText source)
    {
        var first = 1;
        var hasContent = false;
        for (var line = 1; line <= source.LineCount; line++)
        {
            if (IsSeparator(source.Line(line)) && hasContent)
            {
                yield return (first, line);
                first = line;
            }

            hasContent |= !IsBlankOrDirective(source.Line(line));
        }

        yield return (first, source.LineCount + 1);
    }

    private static bool IsSeparator(ReadOnlySpan<char> line) =>
        line.StartsWith("---") && (line.Length == 3 || line[3] is ' ' or '\t');

    private static bool IsBlankOrDirective(ReadOnlySpan<char> line) =>
        line.Trim() is [] or ['#', ..] || line.StartsWith("%");
}
