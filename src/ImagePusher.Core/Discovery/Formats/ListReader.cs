namespace ImagePusher.Core.Discovery.Formats;

/// <summary>
/// Reads a list: one reference per line; blank lines and text after <c>#</c> are comments, <c>docker://</c> may precede a name.
/// </summary>
internal static class ListReader
{
    private const string Docker = "docker://";

    /// <summary>Reads a list.</summary>
    public static void Read(ReferenceCollector collector)
    {
        var source = collector.Source;
        for (var line = 1; line <= source.LineCount; line++)
        {
            var text = source.Line(line).ToString();
            var value = text[..CommentOf(text)];
            var start = value.Length - value.TrimStart().Length;
            value = value.Trim();
            if (value.StartsWith(Docker, StringComparison.OrdinalIgnoreCase))
            {
                (start, value) = (start + Docker.Length, value[Docker.Length..]);
            }

            if (value.Length > 0)
            {
                collector.Add((source.LineStart(line) + start, true), value, ReferenceKinds.List, "line");
            }
        }
    }

    private static int CommentOf(string text)
    {
        var start = text.IndexOf('#', StringComparison.Ordinal);
        while (start > 0 && !char.IsWhiteSpace(text[start - 1]))
        {
            start = text.IndexOf('#', start + 1);
        }

        return start < 0 ? text.Length : start;
    }
}
