using System.Text.RegularExpressions;

namespace ImagePusher.Tests.Help;

/// <summary>A heading of a Markdown text and the content below it, up to the next heading of the same or a higher level.</summary>
internal sealed record MarkdownSection(string Title, string Text)
{
    /// <summary>The sections of one level, in order. A '#' in a code block is not a heading.</summary>
    public static IReadOnlyList<MarkdownSection> Of(string text, int level)
    {
        var sections = new List<(string Title, List<string> Lines)>();
        var isCode = false;
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            isCode ^= line.StartsWith("```", StringComparison.Ordinal);
            var heading = isCode ? Match.Empty : Regex.Match(line, "^(#+) (.*)$");
            if (heading.Success && heading.Groups[1].Length <= level)
            {
                sections.Add((heading.Groups[1].Length == level ? heading.Groups[2].Value.Trim() : "", []));
            }
            else if (sections.Count > 0)
            {
                sections[^1].Lines.Add(line);
            }
        }

        return [.. sections.Where(section => section.Title.Length > 0)
            .Select(section => new MarkdownSection(section.Title, string.Join('\n', section.Lines).Trim()))];
    }

    /// <summary>The blocks of code in a language.</summary>
    public static IReadOnlyList<string> Code(string text, string language) =>
        [.. Regex.Matches(text, $"(?ms)^```{language}\n(.*?)\n```$").Select(match => match.Groups[1].Value)];
}
