using System.Text.Json;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Tests.Examples;

/// <summary>CiLog.ps1: the lines written to the log of a CI service.</summary>
public sealed class CiLogTests(RegistryFixture registries) : IClassFixture<RegistryFixture>
{
    private const string PushTwo =
        "$tar, 'nothing.tar' | Push-ImageTar -Destination $to -ErrorAction Continue -ErrorVariable failures 2>&1 | Write-CiLog; "
            + "$failures.Count";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_CI_service_an_image_and_an_error_are_one_line_each()
    {
        var lines = await PushTwoAsync(github: null, azure: null);
        Assert.Equal(3, lines.Count);
        Assert.Matches(@"^localhost:\d+/hello:1\.0: [\d.]+ KB sent$", lines[0]);
        Assert.Matches("^ERROR PathNotFound: .*nothing.tar.*$", lines[1]);
        Assert.Equal("1", lines[2]);
    }

    [Fact]
    public async Task GitHub_gets_a_group_and_an_annotation()
    {
        var lines = await PushTwoAsync(github: "true", azure: null);
        Assert.Matches(@"^::group::localhost:\d+/hello:1\.0: [\d.]+ KB sent$", lines[0]);
        Assert.Contains(lines, line => line.StartsWith("digest  sha256:", StringComparison.Ordinal));
        Assert.Contains("layers  2: 2 sent, 0 mounted, 0 existing", lines);
        Assert.Equal("::endgroup::", lines[^3]);
        Assert.Matches("^::error title=PathNotFound::.*nothing.tar", lines[^2]);
        Assert.Equal("1", lines[^1]);
    }

    [Fact]
    public async Task Azure_gets_a_group_and_an_issue()
    {
        var lines = await PushTwoAsync(github: null, azure: "True");
        Assert.Matches(@"^##\[group\]localhost:\d+/hello:1\.0: [\d.]+ KB sent$", lines[0]);
        Assert.Contains("layers  2: 2 sent, 0 mounted, 0 existing", lines);
        Assert.Equal("##[endgroup]", lines[^3]);
        Assert.Matches(@"^##vso\[task\.logissue type=error;code=PathNotFound\].*nothing.tar", lines[^2]);
        Assert.Equal("1", lines[^1]);
    }

    [Theory]
    [InlineData("true", null, "::error title=", "/evil 100%2525")]
    [InlineData(null, "True", "##vso[task.logissue type=error;code=", "/evil 100%AZP2525")]
    [InlineData(null, null, "ERROR ", "/evil 100%25")]
    public async Task Text_of_a_registry_cannot_contain_commands_for_the_service(string? github, string? azure, string start,
        string percent)
    {
        var hostile = "no\n::add-mask::x\r\n##vso[task.setvariable variable=PATH]/evil\n##[add-path]/evil 100%25";
        var refusal = JsonSerializer.Serialize(new { errors = new[] { new { code = "DENIED", message = hostile } } });
        await using var server = LoopbackServer.Start(exchange => exchange.Method == "POST"
            ? exchange.RespondAsync(403, refusal, "application/json")
            : exchange.RespondAsync(exchange.Target == "/v2/" ? 200 : 404));
        var lines = await LinesAsync(github, azure, server.Address,
            "Push-ImageTar $tar -Destination $to -ErrorAction Continue 2>&1 | Write-CiLog");
        var line = Assert.Single(lines);
        Assert.StartsWith(start, line, StringComparison.Ordinal);
        var text = line[start.Length..];
        Assert.Contains("add-mask", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', text);
        Assert.DoesNotContain('\r', text);
        Assert.DoesNotContain("##vso[", text, StringComparison.Ordinal);
        Assert.DoesNotContain("##[", text, StringComparison.Ordinal);
        Assert.Contains(percent, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_saved_image_is_a_group_and_other_output_is_unchanged()
    {
        var registry = await registries.OpenAsync(Token);
        var lines = await LinesAsync("true", null, registry.Address, "Import-ImageTar $tar | Write-CiLog; 'text', 5 | Write-CiLog");
        Assert.StartsWith("::group::example.com/hello:1.0: 1.1 KB in the cache", lines[0], StringComparison.Ordinal);
        Assert.Contains("platforms  linux/amd64", lines);
        Assert.Equal(["::endgroup::", "text", "5"], lines.TakeLast(3));
    }

    private async Task<IReadOnlyList<string>> PushTwoAsync(string? github, string? azure) =>
        await LinesAsync(github, azure, (await registries.OpenAsync(Token)).Address, PushTwo);

    private static async Task<IReadOnlyList<string>> LinesAsync(string? github, string? azure, string to, string script)
    {
        using var service = new EnvironmentScope(("GITHUB_ACTIONS", github), ("TF_BUILD", azure));
        using var engine = new Engine { ["to"] = to, ["tar"] = ExampleFolder.PathOf("hello.tar") };
        var output = await engine.OutputAsync($". '{ExampleFolder.PathOf("CiLog.ps1")}'; {script}", Token);
        return [.. output.Select(line => line.ToString())];
    }
}
