using System.Text.RegularExpressions;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Examples;

/// <summary>
/// The steps of github-actions.yml and azure-pipelines.yml, run by pwsh in the folder of a job as the services run them; only
/// the registry is another one.
/// </summary>
public sealed partial class CiStepTests(RegistryFixture registries) : IClassFixture<RegistryFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Steps_push_the_tars_and_the_list_and_succeed()
    {
        var registry = await registries.OpenAsync(Token);
        using var shell = await JobAsync(registry, "GITHUB_ACTIONS");
        var results = await RunAsync(shell, "github-actions.yml", registry);
        Assert.All(results, result => Assert.Equal((0, ""), (result.ExitCode, result.Error)));
        Assert.StartsWith($"::group::{registry.Address}/hello:1.0: ", results[0].Output, StringComparison.Ordinal);
        Assert.StartsWith($"::group::{registry.Address}/owner/mirror/team/app:1.0: ", results[1].Output, StringComparison.Ordinal);
        Assert.All(results, result => Assert.EndsWith("\n::endgroup::\n0 failed.\n", result.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failure_fails_the_step_after_the_other_images_were_pushed()
    {
        const string Issue = "##vso[task.logissue type=error;code=";
        var registry = await registries.OpenAsync(Token);
        using var shell = await JobAsync(registry, "TF_BUILD");
        shell.Folder.Write("images/a-bad.tar", "no tar");
        shell.Folder.Write("images.txt", $"{registry.Address}/team/missing:1.0\n{registry.Address}/team/app:1.0\n");
        var results = await RunAsync(shell, "azure-pipelines.yml", registry);
        Assert.All(results, result => Assert.Equal((1, ""), (result.ExitCode, result.Error)));
        Assert.Contains($"\n{Issue}InvalidImageArchive]", "\n" + results[0].Output, StringComparison.Ordinal);
        Assert.Contains($"\n{Issue}ManifestNotFound]", "\n" + results[1].Output, StringComparison.Ordinal);
        Assert.Contains($"{registry.Address}/hello:1.0: ", results[0].Output, StringComparison.Ordinal);
        Assert.Contains("mirror/team/app:1.0: ", results[1].Output, StringComparison.Ordinal);
        Assert.All(results, result => Assert.Contains("\n1 failed.\n", result.Output, StringComparison.Ordinal));
    }

    /// <summary>The folder of a job that was checked out and built: the scripts, the module, a tar, and a list of one image that is in the
    /// registry.</summary>
    private static async Task<PwshProcess> JobAsync(DockerRegistry registry, string service)
    {
        var shell = new PwshProcess();
        foreach (var script in ExampleFolder.Names("ci*.ps1").Append("CiLog.ps1"))
        {
            shell.Folder.Write(script, await File.ReadAllBytesAsync(ExampleFolder.PathOf(script), Token));
        }

        var tar = shell.Folder.Write("images/hello.tar", await File.ReadAllBytesAsync(ExampleFolder.PathOf("hello.tar"), Token));
        Directory.CreateSymbolicLink(shell.Folder["ImagePusher"], Repository.ModuleFolder);
        shell.Folder.Write("images.txt", $"# what is copied\n\n  {registry.Address}/team/app:1.0 \n");
        using var engine = new Engine { ["tar"] = tar, ["to"] = registry.Address };
        await engine.OutputAsync("Push-ImageTar $tar -Destination \"$to/team/app:1.0\"", Token);
        foreach (var variable in new[] { "GITHUB_ACTIONS", "TF_BUILD", "GITHUB_TOKEN", "REGISTRY_USER" })
        {
            shell.Environment[variable] = variable == service ? (service == "TF_BUILD" ? "True" : "true") : null;
        }

        return shell;
    }

    private static async Task<IReadOnlyList<ToolResult>> RunAsync(PwshProcess shell, string workflow, DockerRegistry registry)
    {
        var results = new List<ToolResult>();

        // The step for ECR installs a module from the PowerShell Gallery first; what it runs then is the same as elsewhere.
        foreach (var step in WorkflowStep.ReadAll(workflow)
            .Where(step => !step.Script.Contains("Install-Module", StringComparison.Ordinal)))
        {
            var destination = Macro().Replace(step.Environment["DESTINATION"], "owner");
            shell.Environment["DESTINATION"] = registry.Address + destination[destination.Split('/')[0].Length..];
            shell.Folder.Write("step.ps1", "$ErrorActionPreference = 'stop'\n" + step.Script);
            string[] arguments = ["-NonInteractive", "-Command", ". './step.ps1'"];
            results.Add(await shell.RunAsync(arguments));
        }

        Assert.Equal(2, results.Count);
        return results;
    }

    [GeneratedRegex(@"\$\{\{.*?\}\}")]
    private static partial Regex Macro();
}
