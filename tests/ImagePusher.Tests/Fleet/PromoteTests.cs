using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Fleet;

/// <summary>Copy-RegistryImage to several targets.</summary>
public sealed class PromoteTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_targets_get_the_digest_that_the_tag_had_at_first_and_it_is_resolved_once()
    {
        await using var images = await PromotedImages.StartAsync(Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = images.NewEngine(target.Address);

        // The requirement moves the tag between its resolution and the copies.
        var results = await engine.OutputAsync(
            "Copy-RegistryImage ${from}:1.0 \"$to/prod/\", \"$to/stage/\" -Tag '1.0', latest -Require { [void](Copy-RegistryImage "
                + "${from}:2.0 ${from}:1.0); $true }", Token);
        Assert.Equal(
            ["prod/team/app:1.0", "prod/team/app:latest", "stage/team/app:1.0", "stage/team/app:latest"],
            results.Select(result => ((string)((dynamic)result).Reference)[(target.Address.Length + 1)..]));
        Assert.All(results, result => Assert.Equal(images.Tested.Digest, (string)((dynamic)result).Digest));
        Assert.Equal(1, await images.Registry.CountAsync("GET", $"/manifests/{images.Tested.Digest}", Token));
        Assert.Equal(0, await images.Registry.CountAsync("GET", "/manifests/1.0", Token));

        Assert.Equal(images.Untested.Digest, (string)(await engine.SingleAsync("Get-RegistryManifest ${from}:1.0", Token)).Digest);

        // The layers are sent once, and mounted or found by the other copies.
        foreach (var layer in images.Tested.Layers)
        {
            Assert.Equal(1, await images.Registry.CountAsync("GET", $"/blobs/{Http.DigestOf(layer)}", Token));
        }
    }

    [Fact]
    public async Task A_target_that_fails_is_one_error_and_does_not_stop_the_others()
    {
        await using var images = await PromotedImages.StartAsync(Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = images.NewEngine(target.Address);
        var outcome = await engine.RunAsync(
            "\"${from}:1.0\", \"${from}:missing\", \"${from}:2.0\" | Copy-RegistryImage -Destination 'localhost:1', $to, "
                + "'localhost:1/again/' -MaximumRetryCount 0", Token);
        Assert.Equal([images.Tested.Digest, images.Untested.Digest], outcome.Output.Select(result => (string)((dynamic)result).Digest));
        Assert.Equal(
            ["RegistryUnreachable", "RegistryUnreachable", "ManifestNotFound", "RegistryUnreachable", "RegistryUnreachable"],
            outcome.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.Equal("1.0 1.0 missing 2.0 2.0",
            string.Join(' ', outcome.Errors.Select(error => ((string)error.TargetObject).Split(':')[^1])));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task Within_one_registry_every_blob_is_mounted_for_all_loopback_names(string host)
    {
        await using var images = await PromotedImages.StartAsync(Token);
        using var engine = images.NewEngine(images.Registry.Address.Replace("localhost", host, StringComparison.Ordinal));
        var results = await engine.OutputAsync("Copy-RegistryImage ${from}:all \"$to/prod/\", \"$to/stage/\" -IncludeReferrers", Token);
        Assert.All(results, result => Assert.Equal((Http.DigestOf(images.Index), 0L),
            ((string)((dynamic)result).Digest, (long)((dynamic)result).Uploaded)));
        await AssertNothingCrossesTheWireAsync(images.Registry);
        Assert.Equal([images.Sbom.Digest],
            await SignedImage.ListAsync(
                $"http://{images.Registry.Address}/v2/prod/team/app/manifests/{TestArtifact.TagOf(images.Tested.Digest)}", Token));
    }

    [Fact]
    public async Task A_copy_to_the_registry_of_a_mirror_mounts_what_the_mirror_has()
    {
        await using var images = await PromotedImages.StartAsync(Token);
        using var engine = images.NewEngine(images.Registry.Address);
        await engine.OutputAsync(
            "Set-RegistryOption localhost:1 -Mirror $to -MaximumRetryCount 0; Save-ImageToCache localhost:1/team/app:2.0 | Out-Null",
            Token);
        await images.Registry.ForgetRequestsAsync(Token);
        engine["digest"] = images.Tested.Digest;
        var result = (await engine.RunAsync("Copy-RegistryImage localhost:1/team/app@$digest \"$to/prod/app:1.0\"", Token)).Output;
        Assert.Equal(images.Tested.Digest, (string)((dynamic)Assert.Single(result)).Digest);
        await AssertNothingCrossesTheWireAsync(images.Registry);
    }

    [Theory]
    [InlineData("$to, $to", "", "DestinationConflict")]
    [InlineData("$to, \"$to/\"", "", "DestinationConflict")]
    [InlineData("\"$to/team/app:1.0\", $to", "", "DestinationConflict")]
    [InlineData("\"$to/team/app:1.0\", \"$to/team/app\"", "", "DestinationConflict")]
    [InlineData("$to", "-Tag 1, 1", "DestinationConflict")]
    [InlineData("\"$to/team/app:1.0\"", "-Tag 2", "InvalidOption")]
    [InlineData("$to", "-Tag '1 2'", "InvalidReference")]
    [InlineData("$to", "-Tag 1.0, latest", "ParameterArgumentTransformationError")]
    [InlineData("$to, team/app", "", "InvalidReference")]
    public async Task An_invalid_set_of_destinations_is_one_error_before_any_request(string destinations, string options, string id)
    {
        await using var images = await PromotedImages.StartAsync(Token);
        using var engine = images.NewEngine(images.Registry.Address);
        var outcome = await engine.RunAsync($"Copy-RegistryImage ${{from}}:1.0 -Destination {destinations} {options}", Token);
        Assert.StartsWith(id + ",", outcome.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(await images.Registry.RequestsAsync(Token));
    }

    [Theory]
    [InlineData("1.0", "1.0")]
    [InlineData("1, latest", "1 latest")]
    [InlineData("'1.0', latest", "1.0 latest")]
    public async Task A_tag_keeps_its_text(string tags, string expected)
    {
        await using var images = await PromotedImages.StartAsync(Token);
        using var engine = images.NewEngine(images.Registry.Address);
        var plans = await engine.OutputAsync($"Copy-RegistryImage ${{from}}:2.0 \"$to/a/\" -Tag {tags} -PlanOnly", Token);
        Assert.Equal(expected, string.Join(' ', plans.Select(plan => ((string)((dynamic)plan).Reference).Split(':')[^1])));
    }

    [Fact]
    public async Task Each_target_has_its_plan_its_confirmation_and_its_own_image_to_keep()
    {
        await using var images = await PromotedImages.StartAsync(Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = images.NewEngine(target.Address);
        var plans = await engine.OutputAsync("Copy-RegistryImage ${from}:1.0 \"$to/a/\", \"$to/b/\" -PlanOnly", Token);
        Assert.Equal([$"{target.Address}/a/team/app:1.0", $"{target.Address}/b/team/app:1.0"],
            plans.Select(plan => (string)((dynamic)plan).Reference));
        var told = (await engine.RunAsync("Copy-RegistryImage ${from}:1.0 \"$to/a/\", \"$to/b/\" -WhatIf", Token)).WithoutErrors().Text;
        Assert.Contains($"as {target.Address}/a/team/app:1.0", told, StringComparison.Ordinal);
        Assert.Contains($"as {target.Address}/b/team/app:1.0", told, StringComparison.Ordinal);
        Assert.Empty(target.Blobs());

        await engine.OutputAsync("Copy-RegistryImage ${from}:2.0 \"$to/a/team/app:1.0\"", Token);
        var outcome = await engine.RunAsync("Copy-RegistryImage ${from}:1.0 \"$to/a/\", \"$to/b/\" -NoClobber", Token);
        Assert.Equal($"{target.Address}/b/team/app:1.0", (string)((dynamic)Assert.Single(outcome.Output)).Reference);
        Assert.Contains($"{target.Address}/a/team/app:1.0 exists", outcome.SingleError().Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_the_signature_policy_rejects_is_one_error_for_all_targets()
    {
        await using var images = await PromotedImages.StartAsync(Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var folder = new TemporaryFolder();
        using var engine = images.NewEngine(target.Address);
        engine["policy"] = folder.Write("policy.json", """{"default":[{"type":"reject"}]}""");
        var error = (await engine.RunAsync("Copy-RegistryImage ${from}:1.0 \"$to/a/\", \"$to/b/\" -SignaturePolicy $policy",
            Token)).SingleError();
        Assert.StartsWith("SignatureRejected,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(await target.RequestsAsync(Token));
    }

    private static async Task AssertNothingCrossesTheWireAsync(DockerRegistry registry)
    {
        var requests = await registry.RequestsAsync(Token);
        Assert.DoesNotContain(requests,
            request => request.Is("GET", "/blobs/") || request.Is("PATCH", "/") || request.Is("PUT", "/blobs/"));
        Assert.All(requests.Where(request => request.Is("POST", "/")), request => Assert.True(request.Is("POST", "mount=")));
        Assert.Contains(requests, request => request.Is("POST", "mount="));
    }
}
