using System.Text.RegularExpressions;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Help;

/// <summary>A page of docs/en-US.</summary>
internal sealed class HelpPage
{
    private readonly Dictionary<string, string> _sections;

    private HelpPage(string file)
    {
        File = file;
        Text = System.IO.File.ReadAllText(file).ReplaceLineEndings("\n");
        Title = MarkdownSection.Of(Text, 1).Single().Title;
        _sections = MarkdownSection.Of(Text, 2).ToDictionary(section => section.Title, section => section.Text);
        Syntax = [.. MarkdownSection.Of(_sections["SYNTAX"], 3)];
        Parameters = [.. MarkdownSection.Of(_sections["PARAMETERS"], 3).Where(section => section.Title.StartsWith('-'))
            .Select(PageParameter.Of)];
        Examples = [.. MarkdownSection.Of(_sections["EXAMPLES"], 3).Select(PageExample.Of)];
        Inputs = MarkdownSection.Of(_sections["INPUTS"], 3);
        Outputs = MarkdownSection.Of(_sections["OUTPUTS"], 3);
        Links = [.. Regex.Matches(_sections["RELATED LINKS"], @"(?m)^- \[(.+)\]\((.+)\)$")
            .Select(match => (match.Groups[1].Value, match.Groups[2].Value))];
    }

    /// <summary>The folder of the pages.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Folder, "docs", "en-US");

    /// <summary>The names of the cmdlets that have a page.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.EnumerateFiles(Folder, "*-*.md").Select(file => Path.GetFileNameWithoutExtension(file))
            .Order(StringComparer.Ordinal)];

    public string File { get; }

    public string Text { get; }

    public string Title { get; }

    public string Synopsis => _sections["SYNOPSIS"];

    public string Description => _sections["DESCRIPTION"];

    public string Notes => _sections["NOTES"];

    /// <summary>The parameter sets by their names, with the syntax as text.</summary>
    public IReadOnlyList<MarkdownSection> Syntax { get; }

    public IReadOnlyList<PageParameter> Parameters { get; }

    public IReadOnlyList<PageExample> Examples { get; }

    /// <summary>The types and their descriptions.</summary>
    public IReadOnlyList<MarkdownSection> Inputs { get; }

    public IReadOnlyList<MarkdownSection> Outputs { get; }

    public IReadOnlyList<(string Text, string Target)> Links { get; }

    public static HelpPage Of(string name) => new(Path.Combine(Folder, name + ".md"));
}
