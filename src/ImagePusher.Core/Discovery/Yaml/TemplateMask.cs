namespace ImagePusher.Core.Discovery.Yaml;

/// <summary>
/// Hides template actions, <c>{{ … }}</c>, from the YAML parser without moving anything: an action becomes as many characters of
/// private use, and a line of actions alone becomes blank.
/// </summary>
internal static class TemplateMask
{
    private const char Mask = '\uE000';

    /// <summary>The text with its actions hidden; the same instance if it has none.</summary>
    public static string Apply(string text)
    {
        var start = text.IndexOf("{{", StringComparison.Ordinal);
        if (start < 0)
        {
            return text;
        }

        var result = text.ToCharArray();
        var comment = (Close: -1, End: -1);
        while (start >= 0)
        {
            var end = EndOf(text, start, ref comment);
            Hide(result.AsSpan(start, Math.Max(0, end - start)));
            start = text.IndexOf("{{", Math.Max(end, start + 2), StringComparison.Ordinal);
        }

        BlankLines(result);
        return new string(result);
    }

    /// <summary>True if a value has a hidden action.</summary>
    public static bool IsIn(string value) => value.Contains(Mask, StringComparison.Ordinal);

    // An action ends on its line, except for a comment: {{/* … */}} or {{- /* … */ -}}. -1 if it does not end.
    private static int EndOf(string text, int start, ref (int Close, int End) comment)
    {
        var inner = start + 2;
        inner += inner < text.Length && text[inner] == '-' ? 1 : 0;
        while (inner < text.Length && text[inner] == ' ')
        {
            inner++;
        }

        if (string.CompareOrdinal(text, inner, "/*", 0, 2) != 0)
        {
            return EndOfLine(text, inner);
        }

        // Many comments may begin before one end, which is looked for once.
        if (comment.Close < inner)
        {
            var close = text.IndexOf("*/", inner, StringComparison.Ordinal);
            comment = close < 0 ? (int.MaxValue, text.Length) : (close, EndOfLine(text, close));
        }

        return comment.End;
    }

    private static int EndOfLine(string text, int from)
    {
        for (var i = from; i + 1 < text.Length && text[i] is not ('\r' or '\n'); i++)
        {
            if (text[i] == '}' && text[i + 1] == '}')
            {
                return i + 2;
            }

            if (text[i] == '{' && text[i + 1] == '{')
            {
                return -1;
            }
        }

        return -1;
    }

    private static void Hide(Span<char> action)
    {
        foreach (ref var character in action)
        {
            character = character is '\r' or '\n' ? character : Mask;
        }
    }

    private static void BlankLines(Span<char> text)
    {
        while (text.Length > 0)
        {
            var length = text.IndexOfAny('\r', '\n');
            var line = length < 0 ? text : text[..length];
            if (line.Contains(Mask) && line.Trim([Mask, ' ', '\t']).Length == 0)
            {
                line.Fill(' ');
            }

            text = length < 0 ? [] : text[(length + 1)..];
        }
    }
}
