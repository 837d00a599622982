using System.Management.Automation;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Sync;

/// <summary>A configuration of regsync, copied from one docker-registry to another.</summary>
public sealed class RegsyncFileTests
{
    private static readonly string[] Images =
        ["team/app:1.0", "team/app:1.1", "team/app:2.0", "team/app:latest", "team/app:v2.1-rc1", "team/app-dev:1.0", "team/tool:3.0",
            "other/x:1.0"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Registries_repositories_and_images_are_copied_with_their_digests()
    {
        await using var source = await MirroredSource.StartAsync(Token, Images);
        await using var target = await DockerRegistry.StartAsync(Token);
        var file = source.File($$"""
            version: 1
            defaults: {parallel: 2, interval: 1h}
            sync:
              - source: SOURCE/team/app
                target: {{target.Address}}/mirror/app
                type: repository
                tags: {allow: ["v?[12][.].*", latest], deny: ["1[.]0"]}
              - {source: 'SOURCE/team/tool:3.0', target: '{{target.Address}}/mirror/tool:stable', type: image}
              - source: SOURCE
                target: {{target.Address}}/all
                type: registry
                repos: {allow: ["team/.*", "other/none"], deny: [".*-dev"]}
                tagSets: [{semverRange: ["^1.0"]}, {allow: [latest]}]
            """);
        using var engine = new Engine { ["file"] = file };
        var outcome = await engine.RunAsync("Sync-RegistryImage $file", Token);
        var results = outcome.WithoutErrors().Output;
        Assert.Contains("'interval' has no effect", Assert.Single(outcome.Warnings), StringComparison.Ordinal);
        Assert.All(results, result => Assert.Equal("Copied", State(result)));
        string[] pairs =
        [
            "all/team/app:1.0 team/app:1.0", "all/team/app:1.1 team/app:1.1", "all/team/app:latest team/app:latest",
            "mirror/app:1.1 team/app:1.1", "mirror/app:2.0 team/app:2.0", "mirror/app:latest team/app:latest",
            "mirror/app:v2.1-rc1 team/app:v2.1-rc1", "mirror/tool:stable team/tool:3.0",
        ];
        var digests = (await MirroredSource.ImagesOfAsync(source.Address, Token)).ToDictionary(image => image.Split(' ')[0],
            image => image.Split(' ')[1]);
        Assert.Equal(
            pairs.Select(pair => $"{pair.Split(' ')[0]} {digests[pair.Split(' ')[1]]}"),
            await MirroredSource.ImagesOfAsync(target.Address, Token));
        Assert.All(await engine.OutputAsync("Sync-RegistryImage $file -WarningAction Ignore", Token),
            result => Assert.Equal("Unchanged", State(result)));
    }

    [Fact]
    public async Task Platforms_referrers_and_tags_by_digest_are_copied_according_to_the_file()
    {
        await using var source = await MirroredSource.StartAsync(Token, Images);
        await using var target = await DockerRegistry.StartAsync(Token);
        var (amd64, arm64) = (TestImage.Of(Http.RandomBytes(80, 1)), TestImage.Of(Http.RandomBytes(80, 2)));
        var sbom = TestArtifact.Of("application/vnd.test.sbom", "what is in it", amd64.Manifest);
        var signature = TestArtifact.Of("application/vnd.dev.cosign.artifact.sig.v1+json", "a signature", null);
        source.Storage.AddImage("multi", amd64, null);
        source.Storage.AddImage("multi", arm64, null);
        source.Storage.AddManifest("multi", TestImage.IndexOf(amd64, arm64), "1");
        sbom.AddTo(source.Storage, "multi");
        source.Storage.AddManifest("multi", TestArtifact.ListOf(sbom), TestArtifact.TagOf(amd64.Digest));
        signature.AddTo(source.Storage, "multi", TestArtifact.TagOf(amd64.Digest) + ".sig");
        var file = source.File($$"""
            version: 1
            defaults: {platforms: [linux/amd64]}
            sync:
              - {source: 'SOURCE/multi:1', target: '{{target.Address}}/plain:1', type: image}
              - {source: 'SOURCE/multi:1', target: '{{target.Address}}/whole:1', type: image, platforms: []}
              - {source: 'SOURCE/multi:1', target: '{{target.Address}}/referrers:1', type: image, referrers: true}
              - {source: 'SOURCE/multi:1', target: '{{target.Address}}/tags:1', type: image, digestTags: true}
            """);
        using var engine = new Engine { ["file"] = file };
        await engine.OutputAsync("Sync-RegistryImage $file", Token);
        var images = await MirroredSource.ImagesOfAsync(target.Address, Token);
        Assert.Contains($"plain:1 {amd64.Digest}", images);
        Assert.Single(images, image => image.StartsWith("plain:", StringComparison.Ordinal));
        Assert.Contains($"whole:1 {Http.DigestOf(TestImage.IndexOf(amd64, arm64))}", images);
        foreach (var repository in new[] { "referrers", "tags" })
        {
            Assert.Equal(
                [$"{repository}:1 {amd64.Digest}", $"{repository}:{TestArtifact.TagOf(amd64.Digest)} ",
                    $"{repository}:{TestArtifact.TagOf(amd64.Digest)}.sig {signature.Digest}"],
                images.Where(image => image.StartsWith(repository, StringComparison.Ordinal))
                    .Select(image => image.Contains(".sig", StringComparison.Ordinal) || image.Contains(":1 ", StringComparison.Ordinal)
                        ? image : image.Split(' ')[0] + " "));
        }
    }

    [Fact]
    public async Task An_entry_is_not_copied_below_its_minimum_of_remaining_pulls()
    {
        await using var source = await MirroredSource.StartAsync(Token, Images);
        await using var target = await DockerRegistry.StartAsync(Token);
        await using var from = FaultProxy.Start(source.Address);
        from.On("*", "/manifests/").SetResponseHeader("ratelimit-limit", "100;w=21600").SetResponseHeader("ratelimit-remaining",
            "50;w=21600");
        var file = source.Folder.Write("regsync.yml", $$"""
            version: 1
            defaults: {ratelimit: {min: 60, retry: 1h} }
            sync:
              - {source: '{{from.Address}}/team/app:1.0', target: '{{target.Address}}/a:1', type: image}
              - {source: '{{from.Address}}/team/app:1.1', target: '{{target.Address}}/b:1', type: image, ratelimit: {min: 10} }
              - {source: '{{from.Address}}/team/tool:3.0', target: '{{target.Address}}/c:1', type: image, ratelimit: {min: 51} }
            """);
        using var engine = new Engine { ["file"] = file };
        var outcome = await engine.RunAsync("Sync-RegistryImage $file -RateLimitAction Stop", Token);
        Assert.Equal(["Failed", "Copied", "Failed"], outcome.Output.Select(State));
        Assert.All(outcome.Errors,
            error => Assert.StartsWith("RegistryRateLimited", error.FullyQualifiedErrorId, StringComparison.Ordinal));
        Assert.Equal(["b:1"], (await MirroredSource.ImagesOfAsync(target.Address, Token)).Select(image => image.Split(' ')[0]));
        Assert.Equal(1, from.Count("GET", "/manifests/"));
    }

    [Theory]
    [InlineData("", 3)]
    [InlineData("-MinimumRateLimit 51 -RateLimitAction Stop", 0)]
    [InlineData("-MinimumRateLimit 50 -RateLimitAction Stop", 3)]
    [InlineData("-MinimumRateLimit 0 -RateLimitAction Stop", 3)]
    public async Task A_minimum_of_the_call_precedes_those_of_the_file(string options, int copied)
    {
        await using var source = await MirroredSource.StartAsync(Token, Images);
        await using var target = await DockerRegistry.StartAsync(Token);
        await using var from = FaultProxy.Start(source.Address);
        from.On("*", "/manifests/").SetResponseHeader("ratelimit-limit", "100;w=21600").SetResponseHeader("ratelimit-remaining",
            "50;w=21600");
        var minimum = options.Length == 0 ? 20 : 60;
        var file = source.Folder.Write("regsync.yml", $$"""
            version: 1
            defaults: {ratelimit: {min: {{minimum}}, retry: 1h} }
            sync:
              - {source: '{{from.Address}}/team/app:1.0', target: '{{target.Address}}/a:1', type: image}
              - {source: '{{from.Address}}/team/app:1.1', target: '{{target.Address}}/b:1', type: image}
              - {source: '{{from.Address}}/team/tool:3.0', target: '{{target.Address}}/c:1', type: image}
            """);
        using var engine = new Engine { ["file"] = file };
        var outcome = await engine.RunAsync($"Sync-RegistryImage $file {options}", Token);
        Assert.Equal(copied, outcome.Output.Count(result => State(result) == "Copied"));
        Assert.Equal(3 - copied, outcome.Errors.Count);
        Assert.Equal(copied, (await MirroredSource.ImagesOfAsync(target.Address, Token)).Count);
        Assert.Equal(copied, from.Count("GET", "/manifests/"));
    }

    private static string State(PSObject result) => (string)((dynamic)result).State;
}
