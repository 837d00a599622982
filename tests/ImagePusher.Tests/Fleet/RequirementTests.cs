using System.Collections;
using System.Management.Automation;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Fleet;

/// <summary>Copy-RegistryImage -Require: a script decides about an image before anything of it is copied.</summary>
public sealed class RequirementTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{ }", "returned nothing")]
    [InlineData("{ $false }", "returned 'False'")]
    [InlineData("{ $null }", "returned null")]
    [InlineData("{ 0 }", "returned '0'")]
    [InlineData("{ '' }", "returned ''")]
    [InlineData("{ $false; $true }", "returned 'False'")]
    [InlineData("{ $true; $false }", "returned 'False'")]
    [InlineData("{ throw 'no ticket' }", "failed: no ticket. Nothing")]
    [InlineData("{ Get-RegistryTag localhost:1/none -MaximumRetryCount 0 -ErrorAction Stop; $true }", "failed: ")]
    [InlineData("{ $_.Labels['stage'] -eq 'released' }", "returned 'False'")]
    [InlineData("{ $_.Referrers | Where-Object ArtifactType -eq 'none' }", "returned nothing")]
    [InlineData("{ $true }, { param($image) $image.Digest -eq 'sha256:0' }", "requirement 2 of 2: it returned 'False'")]
    public async Task A_result_that_is_not_true_rejects_the_image_before_any_request_to_a_target(string requirement, string reason)
    {
        await using var images = await PromotedImages.StartAsync(Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = images.NewEngine(target.Address);
        foreach (var options in new[] { "", "-WhatIf", "-PlanOnly" })
        {
            var outcome = await engine.RunAsync($"Copy-RegistryImage ${{from}}:1.0 \"$to/a/\", \"$to/b/\" -Require {requirement} {options}",
                Token);
            var error = outcome.SingleError();
            Assert.Equal("PolicyViolation,ImagePusher.Cmdlets.CopyRegistryImageCommand", error.FullyQualifiedErrorId);
            Assert.Equal(ErrorCategory.SecurityError, error.CategoryInfo.Category);
            Assert.Contains(reason, error.Exception.Message, StringComparison.Ordinal);
            Assert.Contains($"team/app:1.0@{images.Tested.Digest}", error.Exception.Message, StringComparison.Ordinal);
            Assert.Empty(outcome.Output);
        }

        Assert.Empty(await target.RequestsAsync(Token));
    }

    [Fact]
    public async Task A_rejected_image_does_not_stop_the_others_and_an_existing_one_is_checked_too()
    {
        await using var images = await PromotedImages.StartAsync(Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = images.NewEngine(target.Address);
        await engine.OutputAsync("Copy-RegistryImage ${from}:2.0 $to", Token);
        var outcome = await engine.RunAsync(
            "\"${from}:2.0\", \"${from}:1.0\" | Copy-RegistryImage -Destination $to -Require { $_.Labels['stage'] -eq 'tested' }", Token);
        Assert.Equal(images.Tested.Digest, (string)((dynamic)Assert.Single(outcome.Output)).Digest);
        Assert.EndsWith(":2.0", (string)outcome.SingleError().TargetObject, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_script_receives_the_copied_image_with_its_config_and_referrers()
    {
        await using var images = await PromotedImages.StartAsync(Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = images.NewEngine(target.Address);
        var seen = new ArrayList();
        engine["seen"] = seen;
        await engine.OutputAsync(
            "Copy-RegistryImage ${from}:1.0 \"$to/a/\", \"$to/b/\" -IncludeReferrers -Require { [void]$_.Labels; [void]$_.Referrers; "
                + "[void]$seen.Add($_); $args[0] -eq $_ }", Token);
        dynamic image = Assert.Single(seen.Cast<object>()) is PSObject wrapped ? wrapped.BaseObject : seen[0]!;
        Assert.Equal($"{images.Repository}:1.0@{images.Tested.Digest}", (string)image.Reference);
        Assert.Equal((images.Repository, "1.0", images.Tested.Digest, images.Tested.Digest),
            ((string)image.Repository, (string)image.Tag, (string)image.Digest, (string)image.ImageDigest));
        Assert.Equal((null, "linux/amd64", TestImage.ManifestType),
            ((string?)image.SourceDigest, (string)image.Platform, (string)image.MediaType));
        Assert.Equal("tested", (string)image.Labels["stage"]);
        Assert.Equal(Http.DigestOf(images.Tested.Config), (string)image.Config.ConfigDigest);
        Assert.Equal([images.Sbom.Digest], ((IEnumerable<object>)image.Referrers).Select(referrer => (string)((dynamic)referrer).Digest));
        Assert.Equal([$"{target.Address}/a/team/app:1.0", $"{target.Address}/b/team/app:1.0"], (IEnumerable<string>)image.Destination);

        // The script received the same content that was copied: the list of referrers was read once for both targets and the script.
        Assert.Equal(1, await images.Registry.CountAsync("GET", $"/manifests/{TestArtifact.TagOf(images.Tested.Digest)}$", Token));
        Assert.Equal([images.Sbom.Digest],
            await SignedImage.ListAsync($"http://{target.Address}/v2/b/team/app/manifests/{TestArtifact.TagOf(images.Tested.Digest)}",
                Token));
    }

    [Fact]
    public async Task Only_properties_that_the_script_uses_are_read()
    {
        await using var images = await PromotedImages.StartAsync(Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = images.NewEngine(target.Address);
        await engine.OutputAsync("Copy-RegistryImage ${from}:all $to", Token);
        await images.Registry.ForgetRequestsAsync(Token);
        await engine.OutputAsync("Copy-RegistryImage ${from}:all $to -Require { $_.Digest -and $_.Platform }", Token);
        Assert.Equal(
            ["HEAD all", $"GET {Http.DigestOf(images.Index)}"],
            (await images.Registry.RequestsAsync(Token)).Select(request => $"{request.Method} {request.Path.Split('/')[^1]}"));
    }

    [Fact]
    public async Task Each_selected_image_of_an_index_is_checked()
    {
        await using var images = await PromotedImages.StartAsync(Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = images.NewEngine(target.Address);
        engine["seen"] = new ArrayList();
        var error = (await engine.RunAsync(
            "Copy-RegistryImage ${from}:all $to -Require { [void]$seen.Add(\"$($_.Platform) $($_.Digest)\"); "
                + "$_.Labels['stage'] -eq 'tested' }", Token)).SingleError();
        Assert.Contains($"{images.Untested.Digest} of {images.Repository}:all@{Http.DigestOf(images.Index)}", error.Exception.Message,
            StringComparison.Ordinal);
        Assert.Empty(await target.RequestsAsync(Token));
        var result = await engine.SingleAsync(
            "Copy-RegistryImage ${from}:all $to -Platform linux/amd64 -Require { [void]$seen.Add(\"$($_.Platform) $($_.Digest) "
                + "$($_.SourceDigest)\"); $_.Labels['stage'] -eq 'tested' }", Token);
        Assert.Equal(images.Tested.Digest, (string)result.Digest);
        var index = Http.DigestOf(images.Index);
        Assert.Equal(
            [$"linux/amd64 {index}", $"linux/arm64 {index}", $"linux/amd64 {images.Tested.Digest} {index}"],
            ((ArrayList)engine["seen"]!).Cast<object>().Select(text => text.ToString()));
    }

    [Theory]
    [InlineData("/blobs/", "{ -not $_.Labels['forbidden'] }")]
    [InlineData("/blobs/", "{ try { $_.Config.User -ne 'root' } catch { $true } }")]
    [InlineData("/manifests/sha256-", "{ -not ($_.Referrers | Where-Object ArtifactType -eq 'recall') }")]
    public async Task A_failed_read_is_an_error(string path, string requirement)
    {
        await using var images = await PromotedImages.StartAsync(Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        await using var proxy = FaultProxy.Start(images.Registry.Address);
        proxy.On("GET", path).Respond(503);
        using var engine = new Engine { ["from"] = $"{proxy.Address}/team/app:1.0", ["to"] = target.Address };
        var outcome = await engine.RunAsync($"Copy-RegistryImage $from $to -MaximumRetryCount 0 -Require {requirement}", Token);

        // The result of the script itself for the property, which is null there, is written first.
        Assert.StartsWith("RegistryUnavailable,", outcome.Errors[^1].FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(outcome.Output);
        Assert.Empty(await target.RequestsAsync(Token));
    }

    [Fact]
    public async Task A_script_that_ends_the_loop_around_the_cmdlet_ends_it()
    {
        await using var images = await PromotedImages.StartAsync(Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = images.NewEngine(target.Address);
        var outcome = await engine.RunAsync(
            "foreach ($i in 1..3) { $i; \"${from}:1.0\", \"${from}:2.0\" | Copy-RegistryImage -Destination $to -Require { break } }; "
                + "'after'", Token);
        Assert.Equal(["1", "after"], outcome.WithoutErrors().Output.Select(value => value.ToString()));
        Assert.Empty(target.Blobs());
    }
}
