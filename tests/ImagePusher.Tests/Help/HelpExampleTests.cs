using System.Management.Automation;

namespace ImagePusher.Tests.Help;

/// <summary>Every example of every help page runs and shows the output on the page.</summary>
public sealed class HelpExampleTests(ExampleRunner runner) : IClassFixture<ExampleRunner>
{
    public static TheoryData<string> Names => BuiltCmdlets.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Examples_show_what_their_page_shows(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The pages show paths of Linux.");
        var own = (await runner.ExamplesAsync()).Where(example => Id(example).StartsWith(name + "/", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(own);
        foreach (var example in own)
        {
            var (shown, page) = await runner.RunAsync(example);
            Assert.Equal($"{Id(example)}\n{page}", $"{Id(example)}\n{shown}");
        }
    }

    [Fact]
    public async Task No_example_is_omitted()
    {
        var inPages = HelpPage.Names.SelectMany(name => HelpPage.Of(name).Examples.Select((_, index) => $"{name}/{index + 1}"));
        Assert.Equal(inPages, (await runner.ExamplesAsync()).Select(Id));
    }

    private static string Id(PSObject example) => (string)example.Properties["Id"].Value;
}
