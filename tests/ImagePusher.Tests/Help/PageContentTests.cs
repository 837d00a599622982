using System.Management.Automation;
using System.Text.RegularExpressions;

namespace ImagePusher.Tests.Help;

/// <summary>The pages of docs/en-US are complete: no part is empty.</summary>
public sealed partial class PageContentTests(BuiltCmdlets cmdlets) : IClassFixture<BuiltCmdlets>
{
    public static TheoryData<string> Names => BuiltCmdlets.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_part_of_a_page_is_written(string name)
    {
        var page = HelpPage.Of(name);
        Assert.Equal(name, page.Title);
        Assert.DoesNotContain("{{", page.Text, StringComparison.Ordinal);
        foreach (var text in new[] { page.Synopsis, page.Description, page.Notes }
            .Concat(page.Parameters.Select(parameter => parameter.Description))
            .Concat(page.Outputs.Where(output => output.Title != "System.Void").Select(output => output.Text))
            .Concat(page.Inputs.Where(input => input.Title != "None").Select(input => input.Text)))
        {
            Assert.Matches(Sentence(), text);
        }

        // Lists of cmdlets show the synopsis.
        Assert.DoesNotContain('\n', page.Synopsis);
        Assert.InRange(page.Synopsis.Length, 20, 100);
        Assert.True(page.Description.Length > page.Synopsis.Length);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_page_has_at_least_three_examples_with_code_and_output_or_a_remark(string name)
    {
        var examples = HelpPage.Of(name).Examples;
        Assert.True(examples.Count >= 3, $"{examples.Count} examples");
        Assert.Equal(Enumerable.Range(1, examples.Count).Select(number => $"Example {number}: "),
            examples.Select(example => Regex.Match(example.Title, @"^Example \d+: ").Value));
        // With its dashes it fits a console of 80 columns.
        Assert.All(examples, example => Assert.InRange(example.Title.Length, 15, 58));
        Assert.All(examples, example => Assert.NotEmpty(example.Code));
        Assert.All(examples, example => Assert.Contains(name, example.Code, StringComparison.Ordinal));
        Assert.All(examples, example => Assert.NotEmpty(example.Remarks));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Links_of_a_page_lead_to_other_pages(string name)
    {
        var page = HelpPage.Of(name);
        Assert.True(page.Links.Count >= 2);
        Assert.All(page.Links, link =>
        {
            Assert.True(File.Exists(Path.Combine(HelpPage.Folder, link.Target)), link.Target);
            Assert.Equal(link.Text, Path.GetFileNameWithoutExtension(link.Target));
            Assert.NotEqual(name, link.Text);
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_description_of_a_parameter_names_each_of_its_values_or_its_range(string name)
    {
        var page = HelpPage.Of(name);
        foreach (var parameter in BuiltCmdlets.ParametersOf(await cmdlets.GetAsync(name)))
        {
            var text = page.Parameters.Single(described => described.Name == parameter.Name).Description;
            var values = parameter.ParameterType.IsEnum ? Enum.GetNames(parameter.ParameterType) : [];
            Assert.All(values, value => Assert.Contains($"`{value}`", text, StringComparison.Ordinal));
            foreach (var range in parameter.Attributes.OfType<ValidateRangeAttribute>())
            {
                Assert.Contains($"{range.MinRange} to {range.MaxRange}", text.Replace(",", "", StringComparison.Ordinal),
                    StringComparison.Ordinal);
            }
        }
    }

    [GeneratedRegex(@"^[`\p{Lu}0-9].*\S[.:][`)]?(\n|$)")]
    private static partial Regex Sentence();
}
