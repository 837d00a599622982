using System.Text.RegularExpressions;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Examples;

/// <summary>The pages that tell of CI agree with the examples and the cmdlets.</summary>
public sealed class CiPageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("docs/about/about_ImagePusher_CI.md", 8)]
    [InlineData("README.md", 2)]
    public async Task A_page_about_CI_calls_what_is_there_with_parameters_that_it_has(string page, int scripts)
    {
        using var engine = new Engine();
        var blocks = Block("powershell").Matches(await File.ReadAllTextAsync(Path.Combine(Repository.Folder, page), Token));
        Assert.True(blocks.Count >= scripts, $"There are {blocks.Count} scripts.");
        foreach (Match block in blocks)
        {
            await ScriptCommands.CheckAsync(engine, block.Groups[1].Value);
        }
    }

    [Fact]
    public async Task The_step_in_the_readme_calls_what_is_there()
    {
        using var engine = new Engine();
        var yaml = Assert.Single(Block("yaml").Matches(await File.ReadAllTextAsync(Path.Combine(Repository.Folder, "README.md"), Token)));
        var step = Assert.Single(WorkflowStep.Parse(yaml.Groups[1].Value));
        Assert.Contains("Push-ImageTar", step.Script, StringComparison.Ordinal);
        await ScriptCommands.CheckAsync(engine, step.Script);
    }

    [Fact]
    public async Task The_page_about_CI_shows_the_cache_steps_of_the_workflows()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Folder, "docs", "about", "about_ImagePusher_CI.md"), Token);
        var blocks = Block("yaml").Matches(page).Select(match => match.Groups[1].Value.Split('\n')).ToList();
        Assert.Equal(2, blocks.Count);
        foreach (var (workflow, lines) in new[] { "github-actions.yml", "azure-pipelines.yml" }.Zip(blocks))
        {
            var there = File.ReadLines(ExampleFolder.PathOf(workflow)).Select(line => line.Trim()).ToHashSet();
            Assert.Subset(there, lines.ToHashSet());
        }
    }

    private static Regex Block(string language) => new($"(?ms)^```{language}\n(.*?)\n```$");
}
