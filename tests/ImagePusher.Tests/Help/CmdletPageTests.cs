using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace ImagePusher.Tests.Help;

/// <summary>The pages of docs/en-US describe each cmdlet of the built module correctly.</summary>
public sealed class CmdletPageTests(BuiltCmdlets cmdlets) : IClassFixture<BuiltCmdlets>
{
    public static TheoryData<string> Names => BuiltCmdlets.Names;

    [Fact]
    public void Each_cmdlet_has_a_page_and_each_page_a_cmdlet() =>
        Assert.Equal(Module.ModuleAssemblies.CmdletNames(), HelpPage.Names);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Parameters_types_aliases_wildcards_and_pipeline_input_are_those_of_the_cmdlet(string name)
    {
        var built = BuiltCmdlets.ParametersOf(await cmdlets.GetAsync(name)).Select(Shape).OrderBy(shape => shape.Name,
            StringComparer.Ordinal);
        Assert.Equal(built, HelpPage.Of(name).Parameters.Select(parameter => parameter.Shape).OrderBy(shape => shape.Name,
            StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Parameter_sets_and_their_syntax_are_those_of_the_cmdlet(string name)
    {
        var built = (await cmdlets.GetAsync(name)).ParameterSets
            .Select(set => (set.Name + (set.IsDefault && set.Name != ParameterAttribute.AllParameterSets ? " (Default)"
                : ""), $"{name} {set}".Replace(" [<CommonParameters>]", "", StringComparison.Ordinal).Trim()));
        var page = HelpPage.Of(name).Syntax.Select(set => (set.Title, Regex.Replace(set.Text.Trim('`', '\n'), @"\s+", " ")));
        Assert.Equal(built.OrderBy(set => set.Item1, StringComparer.Ordinal), page.OrderBy(set => set.Title, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Output_types_are_those_that_the_cmdlet_declares(string name)
    {
        var built = (await cmdlets.GetAsync(name)).OutputType.Select(type => type.Name).ToList();
        Assert.NotEmpty(built);
        Assert.Equal(built, HelpPage.Of(name).Outputs.Select(output => output.Title));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Inputs_are_the_pipeline_types_of_parameters_or_objects_of_the_module(string name)
    {
        var cmdlet = await cmdlets.GetAsync(name);
        var attributes = BuiltCmdlets.ParametersOf(cmdlet)
            .SelectMany(parameter => parameter.ParameterSets.Values, (parameter, set) => (parameter, set)).ToList();
        var byValue = attributes.Where(pair => pair.set.ValueFromPipeline)
            .Select(pair => (pair.parameter.ParameterType.GetElementType() ?? pair.parameter.ParameterType).FullName!).Distinct().ToList();
        var byName = attributes.Where(pair => pair.set.ValueFromPipelineByPropertyName).Select(pair => pair.parameter).ToList();
        var inputs = HelpPage.Of(name).Inputs.Select(input => input.Title).ToList();
        Assert.All(byValue, type => Assert.Contains(type, inputs));
        Assert.Equal(byValue.Count + byName.Count == 0 ? ["None"] : [], inputs.Where(input => input == "None"));
        var outputs = (await cmdlets.AllAsync()).Values.SelectMany(other => other.OutputType).ToList();
        foreach (var input in inputs.Except([.. byValue, .. byName.Select(parameter => parameter.ParameterType.FullName!), "None"]))
        {
            var type = Assert.Single(outputs.Where(output => output.Name == input).Select(output => output.Type).Distinct());
            Assert.Contains(type.GetProperties(),
                property => byName.Exists(
                    parameter => parameter.Aliases.Prepend(parameter.Name).Contains(property.Name, StringComparer.OrdinalIgnoreCase)));
        }
    }

    private static HelpParameter Shape(ParameterMetadata parameter) => new()
    {
        Name = parameter.Name,
        Type = parameter.ParameterType.FullName!,
        Aliases = string.Join(", ", parameter.Aliases),
        SupportsWildcards = parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any(),
        Sets = string.Join('\n', parameter.ParameterSets.Select(set => HelpParameter.Set(
            set.Key == ParameterAttribute.AllParameterSets ? "(All)" : set.Key,
            set.Value.Position == int.MinValue ? "Named" : set.Value.Position.ToString(CultureInfo.InvariantCulture),
            set.Value.IsMandatory,
            set.Value.ValueFromPipeline,
            set.Value.ValueFromPipelineByPropertyName)).Order(StringComparer.Ordinal)),
    };
}
