using System.Text.RegularExpressions;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Examples;

/// <summary>The workflows of docs/examples are YAML and name only existing files and commands.</summary>
public sealed partial class WorkflowTests
{
    public static TheoryData<string> Workflows => [.. ExampleFolder.Names("*.y*ml")];

    [Theory, MemberData(nameof(Workflows))]
    public async Task A_workflow_calls_existing_scripts_with_existing_parameters(string workflow)
    {
        using var engine = new Engine();
        var steps = WorkflowStep.ReadAll(workflow);
        Assert.NotEmpty(steps);
        foreach (var step in steps)
        {
            await ScriptCommands.CheckAsync(engine, step.Script);
        }
    }

    [Theory, MemberData(nameof(Workflows))]
    public void Each_script_that_a_workflow_mentions_exists(string workflow)
    {
        var names = ScriptName().Matches(File.ReadAllText(ExampleFolder.PathOf(workflow))).Select(match => match.Value).ToHashSet();
        Assert.NotEmpty(names);
        Assert.Subset(ExampleFolder.Names("*.ps1").ToHashSet(), names);
    }

    [Theory]
    [InlineData("github-actions.yml", "uses", "actions/cache/", "with", "restore-keys", "${{ env.IMAGEPUSHER_CACHE }}")]
    [InlineData("azure-pipelines.yml", "task", "Cache@", "inputs", "restoreKeys", "$(IMAGEPUSHER_CACHE)")]
    public void The_cache_step_keeps_the_folder_of_the_cache_and_finds_the_last_one(string workflow, string kind, string name,
        string inputs, string restore, string folder)
    {
        var all = WorkflowStep.Mappings(workflow).ToList();
        Assert.Contains(all, node => WorkflowStep.Text(node, "IMAGEPUSHER_CACHE") is { Length: > 0 });
        var steps = all.Where(node => WorkflowStep.Text(node, kind)?.StartsWith(name, StringComparison.Ordinal) == true).ToList();
        Assert.NotEmpty(steps);
        Assert.All(steps, step => Assert.Equal(folder, WorkflowStep.Text(step, inputs, "path")));
        var key = Assert.Single(steps.Select(step => WorkflowStep.Text(step, inputs, "key")).Distinct());
        var start = Assert.Single(steps.Select(step => WorkflowStep.Text(step, inputs, restore)).OfType<string>());
        Assert.StartsWith(start, key, StringComparison.Ordinal);
        Assert.NotEqual(start, key);
    }

    [GeneratedRegex(@"[\w-]+\.ps1\b")]
    private static partial Regex ScriptName();
}
