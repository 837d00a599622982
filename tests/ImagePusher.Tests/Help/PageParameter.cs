using System.Text.RegularExpressions;

namespace ImagePusher.Tests.Help;

/// <summary>A parameter as a page describes it: its text, and the block of YAML below that.</summary>
internal sealed record PageParameter(HelpParameter Shape, string Description, string DefaultValue)
{
    public string Name => Shape.Name;

    public static PageParameter Of(MarkdownSection section)
    {
        var yaml = MarkdownSection.Code(section.Text, "yaml").Single();
        return new PageParameter(
            new HelpParameter
            {
                Name = section.Title.TrimStart('-'),
                Type = Value(yaml, "Type"),
                Aliases = string.Join(", ",
                    Regex.Match(yaml, @"(?m)^Aliases:(?<names>(\n- .+)*)").Groups["names"].Value.Split("\n- ",
                        StringSplitOptions.RemoveEmptyEntries)),
                SupportsWildcards = Is(yaml, "SupportsWildcards"),
                Sets = string.Join('\n',
                    Regex.Matches(yaml, @"(?m)^- Name: .+(\n  .+)*").Select(match => Set(match.Value)).Order(StringComparer.Ordinal)),
            },
            section.Text[..section.Text.IndexOf("```yaml", StringComparison.Ordinal)].Trim(),
            Value(yaml, "DefaultValue"));
    }

    private static string Set(string yaml) => HelpParameter.Set(
        Value(yaml, "- Name"), Value(yaml, "  Position"), Is(yaml, "  IsRequired"), Is(yaml, "  ValueFromPipeline"),
        Is(yaml, "  ValueFromPipelineByPropertyName"));

    private static bool Is(string yaml, string key) => bool.Parse(Value(yaml, key));

    private static string Value(string yaml, string key)
    {
        var value = Regex.Match(yaml, $"(?m)^{key}: (.*)$").Groups[1].Value;
        return value.StartsWith('\'') ? value[1..^1].Replace("''", "'", StringComparison.Ordinal) : value;
    }
}
