using System.Management.Automation;
using ImagePusher.Tests.Shell;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Help;

/// <summary>
/// Every example of every page is run, and shows what the page shows: here on the bare engine where that has all commands of
/// the example, else by tests/Pester/HelpExamples.Tests.ps1 in pwsh.
/// </summary>
public sealed class ExampleTests(ExampleWorld world) : IClassFixture<ExampleWorld>
{
    public static TheoryData<string> Names => BuiltCmdlets.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Examples_show_what_their_page_shows(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The pages show paths of Linux.");
        var own = (await world.ExamplesAsync()).Where(example => Id(example).StartsWith(name + "/", StringComparison.Ordinal) && Missing(example).Length == 0).ToList();
        Assert.NotEmpty(own);
        foreach (var example in own)
        {
            var (shown, page) = await world.RunAsync(example);
            Assert.Equal($"{Id(example)}\n{page}", $"{Id(example)}\n{shown}");
        }
    }

    [Fact]
    public async Task No_example_is_left_out()
    {
        var examples = await world.ExamplesAsync();
        var inPages = HelpPage.Names.SelectMany(name => HelpPage.Of(name).Examples.Select((_, index) => $"{name}/{index + 1}"));
        Assert.Equal(inPages, examples.Select(Id));

        // What the bare engine lacks must be in every pwsh, else Pester could not run it either.
        var forPester = examples.Where(example => Missing(example).Length > 0).ToList();
        using var shell = new ShellProcess();
        var inBox = await MissingCommands.ListAsync(shell);
        Assert.All(forPester, example => Assert.All(Missing(example), command => Assert.Contains(command.ToString()!, inBox, StringComparer.OrdinalIgnoreCase)));
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{examples.Count} examples: {examples.Count - forPester.Count} run here, {forPester.Count} by Pester: {string.Join(", ", forPester.Select(Id))}.");
    }

    private static string Id(PSObject example) => (string)example.Properties["Id"].Value;

    private static object[] Missing(PSObject example) => (object[])example.Properties["Missing"].Value;
}
