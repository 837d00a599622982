using System.Text.RegularExpressions;

namespace ImagePusher.Tests.Help;

/// <summary>The MAML file for Get-Help has the content of the pages: docs/Update-Help.ps1 generates it, and both are committed.</summary>
public sealed class MamlTests
{
    public static TheoryData<string> Names => BuiltCmdlets.Names;

    [Fact]
    public void Each_page_is_in_the_file_once() =>
        Assert.Equal(HelpPage.Names, MamlCommand.All.Select(command => command.Name).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void Texts_are_those_of_the_page(string name)
    {
        var (page, maml) = Both(name);
        Assert.Equal(name, $"{maml.Verb}-{maml.Noun}");
        Assert.Equal(Plain(page.Synopsis), maml.Synopsis);
        Assert.Equal(Plain(page.Description), maml.Description);
        Assert.Equal(Plain(page.Notes), maml.Notes);
        Assert.Equal(page.Inputs.Select(input => new MarkdownSection(input.Title, Plain(input.Text))), maml.Inputs);
        Assert.Equal(page.Outputs.Select(output => new MarkdownSection(output.Title, Plain(output.Text))), maml.Outputs);
        Assert.Equal(page.Links.Select(link => link.Text), maml.Links);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Examples_are_those_of_the_page(string name)
    {
        var (page, maml) = Both(name);
        Assert.Equal(page.Examples.Count, maml.Examples.Count);
        Assert.All(page.Examples.Zip(maml.Examples), pair =>
        {
            Assert.Equal(Plain(pair.First.Title), pair.Second.Title);
            Assert.Equal(pair.First.Code, pair.Second.Code);
            Assert.Equal(Plain(pair.First.Remarks), pair.Second.Remarks);
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Parameters_are_those_of_the_page(string name)
    {
        var (page, maml) = Both(name);
        Assert.Equal(page.Parameters.Select(ToMaml).OrderBy(parameter => parameter.Name),
            maml.Parameters.OrderBy(parameter => parameter.Name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_syntax_is_that_of_the_page(string name)
    {
        var (page, maml) = Both(name);
        var sets = page.Syntax.Select(
            set => string.Join(' ', Regex.Matches(set.Text, @"\[?-(\w+)\]?").Select(match => match.Groups[1].Value)));
        Assert.Equal(sets.Select(set => set[(set.IndexOf(' ', StringComparison.Ordinal) + 1)..]).Order(),
            maml.Sets.Select(set => string.Join(' ', set.Select(parameter => parameter.Name))).Order());
        foreach (var parameter in maml.Sets.SelectMany(set => set))
        {
            var described = page.Parameters.Single(other => other.Name == parameter.Name);
            Assert.Equal((described.Shape.Type, described.DefaultValue), (parameter.Type, parameter.DefaultValue));
        }
    }

    private static (HelpPage Page, MamlCommand Maml) Both(string name) =>
        (HelpPage.Of(name), MamlCommand.All.Single(command => command.Name == name));

    private static MamlParameter ToMaml(PageParameter parameter)
    {
        // Get-Help shows one of several sets, so the sets of the page are compared if they differ.
        var sets = parameter.Shape.Sets;
        var byValue = sets.Contains(", by value", StringComparison.Ordinal);
        var byName = sets.Contains(", by property name", StringComparison.Ordinal);
        return new MamlParameter
        {
            Name = parameter.Name,
            Description = Plain(parameter.Description),
            Type = parameter.Shape.Type,
            DefaultValue = parameter.DefaultValue,
            Aliases = parameter.Shape.Aliases.Length == 0 ? "none" : parameter.Shape.Aliases,
            IsRequired = sets.Contains(", required", StringComparison.Ordinal),
            SupportsWildcards = parameter.Shape.SupportsWildcards,
            PipelineInput = (byValue, byName) switch
            {
                (true, true) => "true (ByValue, ByPropertyName)",
                (true, false) => "true (ByValue)",
                (false, true) => "true (ByPropertyName)",
                _ => "false",
            },
            Position = Regex.Match(sets, ": (\\w+)").Groups[1].Value,
        };
    }

    /// <summary>A text of a page as a console shows it.</summary>
    private static string Plain(string markdown) =>
        Regex.Replace(Regex.Replace(Regex.Replace(markdown, @"\[([^\]]+)\]\([^)]+\)", "$1"), @"\*\*([^*]+)\*\*", "$1"), "\n{3,}", "\n\n")
            .Trim();
}
