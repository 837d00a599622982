using ImagePusher.Tests.Support;
using ImagePusher.Tests.Sync;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Examples;

/// <summary>
/// The steps of github-mirror.yml and azure-mirror.yml, run by pwsh as the services run them; only the registry is another one. Their exit
/// codes, and the summary of the job.
/// </summary>
public sealed class CiSyncTests : IDisposable
{
    private readonly PwshProcess _shell = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData("github-mirror.yml", true)]
    [InlineData("azure-mirror.yml", false)]
    public async Task Parts_are_copied_and_then_the_rest_is_removed(string workflow, bool isGitHub)
    {
        await using var source =
            await MirroredSource.StartAsync(Token, "app:1.0", "app:1.1", "app:1.2", "app:1.3", "app:1.4", "tool:2.0", "other:9.0");
        await using var target = await DockerRegistry.StartAsync(Token);
        Prepare(source, "SOURCE: {images-by-semver: {app: ^1.0, tool: ^2.0}}", isGitHub);
        _shell.Environment["DESTINATION"] = $"{target.Address}/mirror/";
        using var engine = new Engine { ["x"] = $"{source.Address}/other:9.0", ["to"] = $"{target.Address}/mirror/app:1.9" };
        await engine.OutputAsync("Copy-RegistryImage $x -Destination $to", Token);
        var steps = WorkflowStep.ReadAll(workflow);
        foreach (var shard in new[] { "1/4", "2/4", "3/4", "4/4" })
        {
            _shell.Environment["SHARD"] = shard;
            var script = steps[0].Script.Replace("$(System.JobPositionInPhase)/$(System.TotalJobsInPhase)", shard,
                StringComparison.Ordinal);
            Assert.Equal((0, ""), await RunAsync(script));
        }

        Assert.Equal(7, (await MirroredSource.ImagesOfAsync(target.Address, Token)).Count);
        Assert.Equal((0, ""), await RunAsync(steps[1].Script));
        Assert.DoesNotContain((await MirroredSource.ImagesOfAsync(target.Address, Token)),
            image => image.Contains(":1.9", StringComparison.Ordinal));
        var summaries = Directory.GetFiles(_shell.Folder["summaries"]).Select(File.ReadAllText).ToList();
        Assert.Equal(isGitHub ? 1 : 5, summaries.Count);
        Assert.Contains(summaries,
            text => text.Contains("| Removed | 1 |", StringComparison.Ordinal)
                && text.Contains("| Unchanged | 6 |", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("SOURCE: {images: {app: ['1.0']}}", 0, "| Copied | 1 |")]
    [InlineData("SOURCE: {images: {app: ['1.0', '9']}}", 1, "| Failed | localhost")]
    [InlineData("SOURCE: {images-by-semver: {app: ^7}}", 1, "| none | 0 |")]
    [InlineData("SOURCE: {images-by-semver: {none: ^7}}", 1, "| Failed | 1 |")]
    [InlineData("SOURCE: {images-by-color: {}}", 2, "| none | 0 |")]
    [InlineData("SOURCE: {images: [", 2, "| none | 0 |")]
    public async Task The_exit_code_reports_whether_all_images_exist(string text, int code, string summary)
    {
        await using var source = await MirroredSource.StartAsync(Token, "app:1.0");
        await using var target = await DockerRegistry.StartAsync(Token);
        Prepare(source, text, isGitHub: true);
        var (exit, error) = await RunAsync(
            $"Import-Module ./ImagePusher/ImagePusher.psd1; ./ci-sync.ps1 ./mirror.yml {target.Address}; exit $LASTEXITCODE", "-File");
        Assert.Equal((code, ""), (exit, error));
        Assert.Contains(summary, await File.ReadAllTextAsync(_shell.Folder["summaries", "summary.md"], Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_of_a_registry_is_escaped_in_the_summary()
    {
        using var engine = new Engine(withModule: false) { ["script"] = ExampleFolder.PathOf("CiSummary.ps1") };
        var text = (string)await engine.SingleAsync(
            """
            . $script
            [pscustomobject]@{
                State = 'Failed'; Reference = 'a.b/c:1'
                Error = "one|two`n# three <img src=x> [link](https://x) ``code`` ##vso[task.complete]`u{1b}[2J @team"
            },
            [pscustomobject]@{ State = 'Copied'; Reference = 'a.b/c_d:1'; Digest = 'sha256:00' },
            [pscustomobject]@{
                State = 'Skipped'; Source = 'a.b/e:1'; Error = "Www.evil.example _www.evil.example me@evil.example $('x' * 400)"
            } | ConvertTo-SyncSummary -Title '*x*' -MaximumRows 1
            """, Token);
        Assert.Equal(
            """
            ## \*x\*

            | State | Images |
            | --- | ---: |
            | Copied | 1 |
            | Skipped | 1 |
            | Failed | 1 |

            ### Failed

            | State | Image | Error |
            | --- | --- | --- |
            | Failed | a.b/c\:1 | one\|two \# three &lt;img src=x&gt; \[link\]\(https\://x\) \`code\` \#\#vso\[task.complete\] \[2J \@team |

            ### Copied and removed

            | State | Image | Digest |
            | --- | --- | --- |
            | Copied | a.b/c\_d\:1 | sha256\:00 |

            ### Skipped

            | State | Image | Error |
            | --- | --- | --- |
            | Skipped | a.b/e\:1 | Www\.evil.example \_www\.evil.example me\@evil.example $x… |
            """.ReplaceLineEndings("\n").Replace(
                "$x", new string('x', 300 - "Www.evil.example _www.evil.example me@evil.example ".Length), StringComparison.Ordinal), text);
    }

    private void Prepare(MirroredSource source, string file, bool isGitHub)
    {
        foreach (var script in ExampleFolder.Names("ci*.ps1").Concat(["CiLog.ps1", "CiSummary.ps1"]).Distinct())
        {
            File.Copy(ExampleFolder.PathOf(script), _shell.Folder[script]);
        }

        Directory.CreateSymbolicLink(_shell.Folder["ImagePusher"], Repository.ModuleFolder);
        _shell.Folder.Write("mirror.yml", file.Replace("SOURCE", source.Address, StringComparison.Ordinal));
        var summaries = _shell.Folder.Folder("summaries");
        _shell.Environment["GITHUB_ACTIONS"] = isGitHub ? "true" : null;
        _shell.Environment["GITHUB_STEP_SUMMARY"] = isGitHub ? Path.Combine(summaries, "summary.md") : null;
        _shell.Environment["GITHUB_TOKEN"] = _shell.Environment["REGISTRY_USER"] = null;
        _shell.Environment["TF_BUILD"] = isGitHub ? null : "True";
        _shell.Environment["AGENT_TEMPDIRECTORY"] = summaries;
    }

    // With -Command, as the services run a step, any exit code but 0 becomes 1.
    private async Task<(int Code, string Error)> RunAsync(string script, string option = "-Command")
    {
        _shell.Folder.Write("step.ps1", "$ErrorActionPreference = 'stop'\n" + script);
        var result = await _shell.RunAsync(["-NonInteractive", option, option == "-File" ? "step.ps1" : ". './step.ps1'"]);
        if (_shell.Environment["TF_BUILD"] is not null)
        {
            Assert.Contains("\n##vso[task.uploadsummary]", "\n" + result.Output, StringComparison.Ordinal);
        }

        return (result.ExitCode, result.Error);
    }
}
