namespace ImagePusher.Core.Discovery.Yaml;

/// <summary>
/// Reads the documents of a YAML file. A document that is not valid is an error of its own; the others are read, because a line
/// <c>---</c> always starts a document.
/// </summary>
internal static class YamlDocuments
{
    /// <summary>The root of each valid document, in order.</summary>
    /// <param name="source">The file.</param>
    /// <param name="content">Its text, or a part of it with everything else blank.</param>
    /// <param name="errors">Takes one error for each document that is not valid.</param>
    public static List<SourceNode> Read(SourceText source, string content, List<ImagePusherException> errors)
    {
        var text = TemplateMask.Apply(content);
        var roots = new List<SourceNode>();
        var nodes = 0;
        foreach (var (firstLine, afterLine) in Split(source))
        {
            var start = source.LineStart(firstLine);
            var end = afterLine > source.LineCount ? text.Length : source.LineStart(afterLine);
            var reader = new SourceNodeReader(source, text[start..end], firstLine, nodes);
            try
            {
                roots.AddRange(reader.Read());
            }
            catch (ImagePusherException error)
            {
                errors.Add(error);
            }

            nodes = reader.Nodes;
        }

        return roots;
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
