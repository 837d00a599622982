using System.Text.Json;
using System.Text.RegularExpressions;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Tests.Sync;

/// <summary>
/// images-by-semver selects the tags that skopeo selects, with the differences that the decision on versions lists. skopeo has it since
/// 1.14.
/// </summary>
public sealed partial class SkopeoRangeTests
{
    private static readonly string[] Tags =
    [
        "0.0.3", "0.0.4", "0.1.0", "0.2.3", "0.2.4", "0.9", "1", "1.0", "1.0.0", "v1.0.0", "1.1", "1.1.9", "1.2", "v1.2", "1.2.0", "1.2.3",
        "v1.2.3", "1.2.4", "1.2.9", "1.3.0", "1.3", "1.4.0", "1.4.1", "1.9.9", "1.10.0", "1.20", "1.20.1", "1.27.1", "v1.99.0", "2", "v2",
        "2.0.0", "2.0.1", "v2.0.1", "2.1.0", "2.9.9", "3", "3.0", "3.1.4", "10.0.0", "2024.1.15", "2024.12.31", "1.2.3-alpine",
        "1.2.3-rc.1",
        "1.2.3-rc.2", "1.2.4-alpine", "1.3.0-beta.1", "2.0.0-rc1", "2.0.0-alpha", "2.1.0-rc.1", "1.27-alpine", "3.0.0-0", "latest",
        "stable",
        "nightly-1.2.3", "sha-0abcdef", "1.2.3.4", "1.2.3_build", "v", "1.x", "edge", "1.2-slim",
    ];

    private static readonly string[] Ranges =
    [
        "^1.2", "~1.2", "~1.2.3", "^0.2.3", "^0.0.3", "1.x", "1.2.x", "1.2", "=1.2.3", ">=1.2.3", ">1.2", "<=2", "<2", ">=1 <2 || 3",
        "1.2 - 1.4",
        ">=1.2, <3", "!=1.2.3", "*", ">=1.2.3-0", "^1.2.3-0", "2.x || 10", ">=1.2.3-alpine", "<2.1.0-0",
    ];

    // Only here, '+', and only there, '-': a suffix in a bound admits those of the same numbers here, and all there.
    private const string Differences = """
        >=1.2.3-alpine: -1.2.4-alpine -1.27-alpine -1.3.0-beta.1 -2.0.0-alpha -2.0.0-rc1 -2.1.0-rc.1 -3.0.0-0
        <2.1.0-0: -1.2-slim -1.2.3-alpine -1.2.3-rc.1 -1.2.3-rc.2 -1.2.4-alpine -1.27-alpine -1.3.0-beta.1 -2.0.0-alpha -2.0.0-rc1
        """;

    // Versions here, and none there.
    private static readonly string[] OwnVersions = ["1.2.3.4", "1.2.3_build"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ranges_select_the_same_versions_as_skopeo_except_for_the_listed_differences()
    {
        await RequireSkopeoAsync();
        await using var registry = LoopbackServer.Start(exchange => exchange.RespondAsync(
            200, exchange.Path.EndsWith("/tags/list", StringComparison.Ordinal)
                ? JsonSerializer.Serialize(new { name = "app", tags = Tags }) : "{}"));
        using var folder = new TemporaryFolder();
        var file = folder.Write("mirror.yml", $"{registry.Address}:\n  tls-verify: false\n  images-by-semver:\n"
            + string.Concat(Ranges.Index().Select(range => $"    app{range.Index}: '{range.Item}'\n")));
        var theirs = await ExternalTools.RunAsync(
            "skopeo", ["--insecure-policy", "sync", "--dry-run", "--src", "yaml", "--dest", "docker", "--dest-tls-verify=false", file,
                "localhost:1"], Token);
        var planned = Source().Matches(theirs.Error + theirs.Output).Select(match => match.Groups["image"].Value).ToHashSet();
        using var engine = new Engine { ["file"] = file };
        var ours = (await engine.OutputAsync("(Get-SyncPlan $file).Source", Token)).Select(
            source => $"{source}"[(registry.Address.Length + 1)..]).ToHashSet();
        Assert.DoesNotContain(planned, image => OwnVersions.Contains(image.Split(':')[1]));
        Assert.Contains(ours, image => image == "app0:1.2.3.4");
        Assert.True(planned.Count > 300, theirs.Error);
        var differences = Ranges.Index().Select(range => Difference(range.Item, $"app{range.Index}:", ours, planned))
            .Where(line => line.Length > 0);
        var actual = string.Join('\n', differences);
        Assert.True(actual == Differences.ReplaceLineEndings("\n"), actual);
    }

    [Fact]
    public async Task One_file_of_all_kinds_is_copied_as_by_skopeo_and_crane_reads_the_result()
    {
        await RequireSkopeoAsync();
        await using var source = await MirroredSource.StartAsync(
            Token, "app:1.0", "app:1.1", "app:2.0", "tool:1.13.1", "tool:1.13.2-alpine", "base:x", "base:y", "lib:1.2.0", "lib:v1.3.0",
            "lib:1.4.0-rc.1", "lib:2.0.0", "lib:latest");
        var file = source.File("""
            SOURCE:
              tls-verify: false
              images: {base: [], app: ["1.0", "2.0"]}
              images-by-tag-regex: {tool: '^1\.13\.[12](-alpine)?$'}
              images-by-semver: {lib: ^1.2}
            """);
        await using var theirs = await DockerRegistry.StartAsync(Token);
        await using var ours = await DockerRegistry.StartAsync(Token);
        await ExternalTools.RunAsync(
            "skopeo", ["--insecure-policy", "sync", "--all", "--src", "yaml", "--dest", "docker", "--dest-tls-verify=false", file,
                theirs.Address], Token);
        using var engine = new Engine { ["file"] = file, ["to"] = ours.Address };
        Assert.Equal(8, (await engine.OutputAsync("Sync-RegistryImage $file $to", Token)).Count);
        var images = await MirroredSource.ImagesOfAsync(ours.Address, Token);
        Assert.Equal(await MirroredSource.ImagesOfAsync(theirs.Address, Token), images);
        foreach (var image in ExternalTools.Find("crane") is null ? [] : images)
        {
            var read = await ExternalTools.RunAsync("crane", ["digest", $"{ours.Address}/{image.Split(' ')[0]}"], Token);
            Assert.Equal(image.Split(' ')[1], read.Output.Trim());
        }
    }

    private static async Task RequireSkopeoAsync()
    {
        var version = (await ExternalTools.RunAsync("skopeo", ["--version"], Token)).Output.Trim().Split(' ')[2];
        Assert.SkipUnless(Version.Parse(version.Split('-')[0]) >= new Version(1, 14), $"skopeo {version} does not know images-by-semver.");
    }

    private static string Difference(string range, string prefix, HashSet<string> ours, HashSet<string> theirs)
    {
        var changes = Tags.Except(OwnVersions).Where(tag => ours.Contains(prefix + tag) != theirs.Contains(prefix + tag))
            .Select(tag => $"{(ours.Contains(prefix + tag) ? '+' : '-')}{tag}").Order(StringComparer.Ordinal).ToList();
        return changes.Count == 0 ? "" : $"{range}: {string.Join(' ', changes)}";
    }

    [GeneratedRegex("""from="?docker://[^/]+/(?<image>[^\s"]+)""")]
    private static partial Regex Source();
}
