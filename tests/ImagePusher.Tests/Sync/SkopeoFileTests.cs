using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Sync;

/// <summary>Sync files of skopeo: the selected tags and the copied images.</summary>
public sealed class SkopeoFileTests
{
    private static readonly string[] Images = ["app:1.0", "app:1.1", "app:2.0", "app:latest", "tool:1.13.1", "tool:1.13.2-alpine",
        "tool:1.14", "base:x", "base:y"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_file_selects_the_same_tags_and_digests_as_skopeo()
    {
        ExternalTools.Require("skopeo");
        await using var source = await MirroredSource.StartAsync(Token, Images);
        var listed = (await MirroredSource.ImagesOfAsync(source.Address, Token)).Single(
            image => image.StartsWith("app:2.0 ", StringComparison.Ordinal)).Split(' ')[1];
        var file = source.File($$"""
            SOURCE:
              tls-verify: false
              images:
                base: []
                app:
                  - "1.0"
                  - latest
                  - {{listed}}
              images-by-tag-regex:
                tool: ^1\.13\.[12](-alpine)?$
            """);
        await using var theirs = await DockerRegistry.StartAsync(Token);
        await using var ours = await DockerRegistry.StartAsync(Token);
        await ExternalTools.RunAsync(
            "skopeo", ["--insecure-policy", "sync", "--all", "--src", "yaml", "--dest", "docker", "--dest-tls-verify=false", file,
                theirs.Address], Token);
        using var engine = new Engine { ["file"] = file, ["to"] = ours.Address };
        var results = await engine.OutputAsync("Sync-RegistryImage $file $to", Token);
        var expected = await MirroredSource.ImagesOfAsync(theirs.Address, Token);
        Assert.Equal(expected, await MirroredSource.ImagesOfAsync(ours.Address, Token));
        Assert.Equal(6, expected.Count);
        Assert.Equal(7, results.Count);
        Assert.All(results, result => Assert.Equal("Copied", (string)((dynamic)result).State));
        Assert.Contains(results, result => (string)((dynamic)result).Reference == $"{ours.Address}/app@{listed}");
    }

    [Fact]
    public async Task A_plan_is_filtered_and_copied_and_a_second_run_costs_one_HEAD_request_per_registry()
    {
        await using var source = await MirroredSource.StartAsync(Token, Images);
        await using var target = await DockerRegistry.StartAsync(Token);
        await using var from = FaultProxy.Start(source.Address);
        await using var to = FaultProxy.Start(target.Address);
        var file = source.Folder.Write("m.yml", $"{from.Address}:\n  images-by-semver:\n    app: ^1.0\n    tool: '>=1.13.2-0'\n");
        using var engine = new Engine { ["file"] = file, ["to"] = $"{to.Address}/mirror/" };
        var plan = await engine.OutputAsync("Get-SyncPlan $file -Destination $to", Token);
        Assert.Equal(
            new[] { "app:1.0", "app:1.1", "tool:1.13.2-alpine", "tool:1.14" }.Select(
                image => ($"{from.Address}/{image}", $"{to.Address}/mirror/{image}", 3L)).ToArray(),
            plan.Select(item => ((string)((dynamic)item).Source, (string)((dynamic)item).Reference, Math.Min(3L,
                (long)((dynamic)item).Line))).ToArray());
        Assert.Equal(0, from.Count("HEAD") + to.Requests.Count);

        var first = await engine.OutputAsync(
            "Get-SyncPlan $file | Where-Object Source -like '*/app:*' | Sync-RegistryImage -Destination $to", Token);
        Assert.Equal(["Copied", "Copied"], first.Select(result => (string)((dynamic)result).State));
        Assert.Equal(["mirror/app:1.0", "mirror/app:1.1"],
            (await MirroredSource.ImagesOfAsync(target.Address, Token)).Select(image => image.Split(' ')[0]));

        from.Forget();
        to.Forget();
        var second = await engine.OutputAsync("Sync-RegistryImage $file $to", Token);
        Assert.Equal(["Unchanged", "Unchanged", "Copied", "Copied"], second.Select(result => (string)((dynamic)result).State));
        Assert.All(second.Take(2), result => Assert.Equal((0L, 1L), ((long)((dynamic)result).Bytes, (long)((dynamic)result).Attempts)));
        Assert.Equal((2, 2), (from.Count("HEAD", "/app/"), to.Count("HEAD", "/app/")));
        Assert.Equal(1, from.Count("GET", "/app/"));
    }

    [Fact]
    public async Task WhatIf_and_PlanOnly_compare_and_change_nothing()
    {
        await using var source = await MirroredSource.StartAsync(Token, Images);
        await using var target = await DockerRegistry.StartAsync(Token);
        await using var to = FaultProxy.Start(target.Address);
        using var engine = new Engine { ["file"] = source.File("SOURCE: {images: {base: []}}"), ["to"] = to.Address,
            ["x"] = $"{source.Address}/base:x" };
        await engine.OutputAsync("Copy-RegistryImage $x -Destination $to", Token);
        to.Forget();
        var plan = await engine.OutputAsync("Sync-RegistryImage $file $to -PlanOnly", Token);
        Assert.Equal(["None", "Copy"], plan.Select(item => (string)((dynamic)item).Action));
        Assert.All(plan, item => Assert.StartsWith("sha256:", (string)((dynamic)item).Digest, StringComparison.Ordinal));
        var text = await engine.RunAsync("Sync-RegistryImage $file $to -WhatIf", Token);
        Assert.Empty(text.WithoutErrors().Output);
        Assert.Contains($"Copy image {source.Address}/base:y as {to.Address}/base:y", text.Text, StringComparison.Ordinal);
        Assert.All(to.Requests, request => Assert.Equal("HEAD", request.Method));
    }

    [Fact]
    public async Task A_failed_image_and_a_failed_repository_are_results_and_errors_and_the_rest_continues()
    {
        await using var source = await MirroredSource.StartAsync(Token, Images);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = new Engine { ["file"] = source.File("SOURCE: {images: {none: [], app: ['9', '1.0']}}"),
            ["to"] = target.Address };
        var outcome = await engine.RunAsync("Sync-RegistryImage $file $to", Token);
        Assert.Equal(["ManifestNotFound", "ManifestNotFound"], outcome.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.Equal(
            ["Failed ManifestNotFound", "Failed ManifestNotFound", "Copied "],
            outcome.Output.Select(result => $"{((dynamic)result).State} {((dynamic)result).ErrorId}"));
        Assert.All(outcome.Output.Take(2),
            result => Assert.Contains("was not found", (string)((dynamic)result).Error, StringComparison.Ordinal));
    }
}
