using System.Text.RegularExpressions;
using ImagePusher.Tests.Examples;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Docs;

/// <summary>The scripts in pages call existing commands with existing parameters.</summary>
public sealed class PageScriptTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Pages =>
    [
        "README.md", "docs/about/about_ImagePusher_CI.md",
        .. new[] { "guide", "operate" }.SelectMany(folder => Directory.GetFiles(Path.Combine(Repository.Folder, "docs", folder), "*.md"))
            .Select(path => Path.GetRelativePath(Repository.Folder, path)).Where(page => Scripts(page).Any()).Order(StringComparer.Ordinal),
    ];

    [Theory, MemberData(nameof(Pages))]
    public async Task Scripts_call_existing_commands_with_existing_parameters(string page)
    {
        using var engine = new Engine();
        Assert.NotEmpty(Scripts(page));
        foreach (var script in Scripts(page))
        {
            await ScriptCommands.CheckAsync(engine, script);
        }
    }

    [Fact]
    public async Task The_workflow_step_of_the_guide_calls_existing_commands()
    {
        using var engine = new Engine();
        var step = Assert.Single(WorkflowStep.Parse(Assert.Single(Blocks("docs/guide/ci.md", "yaml"))));
        Assert.Contains("Push-ImageTar", step.Script, StringComparison.Ordinal);
        await ScriptCommands.CheckAsync(engine, step.Script);
    }

    [Fact]
    public void The_help_topic_about_CI_shows_the_cache_steps_of_the_workflows()
    {
        var blocks = Blocks("docs/about/about_ImagePusher_CI.md", "yaml").Select(block => block.Split('\n')).ToList();
        Assert.Equal(2, blocks.Count);
        foreach (var (workflow, lines) in new[] { "github-actions.yml", "azure-pipelines.yml" }.Zip(blocks))
        {
            Assert.Subset(File.ReadLines(ExampleFolder.PathOf(workflow)).Select(line => line.Trim()).ToHashSet(), lines.ToHashSet());
        }
    }

    private static IEnumerable<string> Scripts(string page) => Blocks(page, "powershell");

    private static IEnumerable<string> Blocks(string page, string language) =>
        new Regex($"(?ms)^```{language}\n(.*?)\n```$").Matches(File.ReadAllText(Path.Combine(Repository.Folder, page)))
            .Select(match => match.Groups[1].Value);
}
