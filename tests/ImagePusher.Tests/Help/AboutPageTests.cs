using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Help;

/// <summary>The pages of docs/about: the names in them exist, and Get-Help shows the pages written by the build.</summary>
public sealed class AboutPageTests(BuiltCmdlets cmdlets) : IClassFixture<BuiltCmdlets>
{
    private static readonly string Folder = Path.Combine(Repository.Folder, "docs", "about");

    public static TheoryData<string> Names =>
        [.. Directory.EnumerateFiles(Folder).Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Fact]
    public void The_four_topics_exist() =>
        Assert.Equal(["about_ImagePusher", "about_ImagePusher_CI", "about_ImagePusher_Cache", "about_ImagePusher_Credentials"],
            Names.Select(row => row.Data));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Get_Help_shows_the_page_as_plain_text_of_80_columns_with_its_code_indented(string name)
    {
        var page = Text(name);
        var shown = (string)await cmdlets.ValueAsync($"Get-Help {name}");
        Assert.Equal(File.ReadAllText(Path.Combine(Repository.ModuleFolder, "en-US", name + ".help.txt")).Trim(), shown.Trim());
        var lines = shown.ReplaceLineEndings("\n").Split('\n');
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 79));
        Assert.DoesNotContain(lines, line => Regex.IsMatch(line, @"^#|```|\*\*|^\|"));
        foreach (var code in MarkdownSection.Code(page, @"\w+"))
        {
            Assert.Contains(Regex.Replace(code, "(?m)^(?=.)", "    "), shown.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        }

        // The list of Get-Help about_* shows the first sentence of the page.
        var first = MarkdownSection.Of(page, 2)[0];
        Assert.Equal("SHORT DESCRIPTION", first.Title);
        Assert.Equal(first.Text,
            ((string)await cmdlets.ValueAsync($"(Get-Help about_ImagePusher* | Where-Object Name -eq {name}).Synopsis")).Trim());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Code_and_names_of_cmdlets_are_right(string name)
    {
        var all = await cmdlets.AllAsync();
        foreach (var code in MarkdownSection.Code(Text(name), "powershell"))
        {
            var tree = Parser.ParseInput(code, out _, out var errors);
            Assert.Empty(errors);
            foreach (var call in tree.FindAll(node => node is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>())
            {
                if (all.TryGetValue(call.GetCommandName(), out var cmdlet))
                {
                    Assert.All(call.CommandElements.OfType<CommandParameterAst>(),
                        parameter => Assert.Contains(parameter.ParameterName, cmdlet.Parameters.Keys));
                }
            }
        }

        var nouns = all.Keys.Select(cmdlet => cmdlet.Split('-')[1]).ToHashSet(StringComparer.Ordinal);
        var named = Regex.Matches(Text(name), @"\b[A-Z][a-z]+-([A-Z]\w+)").Where(match => nouns.Contains(match.Groups[1].Value)).ToList();
        Assert.NotEmpty(named);
        Assert.All(named, match => Assert.Contains(match.Value, all.Keys));
        var parameters = all.Values.SelectMany(cmdlet => cmdlet.Parameters.Keys).ToHashSet(StringComparer.Ordinal);
        Assert.All(Regex.Matches(Text(name), @"\*\*-(\w+)\*\*"), match => Assert.Contains(match.Groups[1].Value, parameters));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_related_link_is_a_topic_or_a_cmdlet(string name)
    {
        var all = await cmdlets.AllAsync();
        var last = MarkdownSection.Of(Text(name), 2)[^1];
        Assert.Equal("SEE ALSO", last.Title);
        Assert.All(last.Text.Split('\n'), line => Assert.True(all.ContainsKey(line[2..]) || Names.Any(row => row.Data == line[2..]), line));
    }

    [Fact]
    public void Exactly_the_errors_of_the_module_are_listed()
    {
        var table = MarkdownSection.Code(MarkdownSection.Of(Text("about_ImagePusher"), 2).Single(section => section.Title == "ERRORS").Text,
            "text").Single();
        var listed = Regex.Matches(table, @"(?m)^([A-Z]\w+)  ").Select(match => match.Groups[1].Value).Where(id => id != "Id");
        Assert.Equal(Module.ModuleAssemblies.ExceptionNames()
            .Select(type => type.Split('.')[^1].Replace("Exception", "", StringComparison.Ordinal)).Order(), listed.Order());
    }

    private static string Text(string name) => File.ReadAllText(Path.Combine(Folder, name + ".md")).ReplaceLineEndings("\n");
}
