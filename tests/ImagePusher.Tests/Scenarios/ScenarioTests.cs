using System.Collections;
using ImagePusher.TestSupport;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Scenarios;

/// <summary>The scripts of tests/Scenarios in the bare engine; tests/Pester runs the same ones in pwsh.</summary>
public sealed class ScenarioTests
{
    private static string Folder => Path.Combine(Repository.Folder, "tests", "Scenarios");

    public static TheoryData<string> Scenarios =>
        [.. Directory.GetFiles(Folder, "*.ps1").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Scenarios))]
    public async Task Runs_to_its_end(string scenario)
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        using var engine = new Engine();
        var script = Path.Combine(Folder, scenario + ".ps1");
        var text = await File.ReadAllTextAsync(script, token);
        var arguments = new Hashtable { ["Tar"] = Path.Combine(Repository.Folder, "docs", "examples", "hello.tar") };
        await using var registry = text.Contains("[string] $Registry", StringComparison.Ordinal) ? await DockerRegistry.StartAsync(token) : null;
        if (registry is not null)
        {
            arguments["Registry"] = registry.Address;
        }

        if (text.Contains("[string] $Folder", StringComparison.Ordinal))
        {
            arguments["Folder"] = folder.FullName;
        }

        engine["script"] = script;
        engine["arguments"] = arguments;
        var outcome = await engine.RunAsync("& $script @arguments", token);
        Assert.Null(outcome.Terminating);
        Assert.NotEmpty(outcome.Output);
    }
}
