using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Fleet;

/// <summary>Signatures, SBOMs and attestations: they travel with their image, and are shown.</summary>
public sealed class CopiedReferrerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_go_to_a_registry_without_the_API_and_its_lists_are_kept()
    {
        await using var signed = await SignedImage.StartAsync(Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = new Engine { ["from"] = signed.Reference, ["to"] = target.Address };
        await engine.OutputAsync("Copy-RegistryImage $from -Destination $to -IncludeReferrers", Token);

        Assert.Equal([signed.Sbom.Digest], await ListAsync(target, TestArtifact.TagOf(signed.Image.Digest)));
        Assert.Equal([signed.SbomSignature.Digest], await ListAsync(target, TestArtifact.TagOf(signed.Sbom.Digest)));
        Assert.Equal(signed.Cosign.Digest, await PublishedDigestAsync(target.Address, signed.CosignTag));
        Assert.Superset(
            new[] { signed.Sbom.Content, signed.SbomSignature.Content, signed.Cosign.Content }.Select(content => Http.DigestOf(content))
                .ToHashSet(),
            target.Blobs().Keys.ToHashSet());

        await target.ForgetRequestsAsync(Token);
        await engine.OutputAsync("Copy-RegistryImage $from -Destination $to -IncludeReferrers", Token);
        Assert.All(await target.RequestsAsync(Token), request => Assert.True(request.Method is "GET" or "HEAD", request.ToString()));
    }

    [Fact]
    public async Task They_go_to_a_registry_with_the_API_and_back()
    {
        await using var signed = await SignedImage.StartAsync(Token);
        await using var back = await DockerRegistry.StartAsync(Token);
        using var engine = new Engine { ["from"] = signed.Reference, ["back"] = back.Address };
        var local = (string)(await engine.SingleAsync("Start-LocalRegistry -Port 0", Token)).Registry;
        engine["local"] = local;
        await engine.OutputAsync("Copy-RegistryImage $from -Destination $local -IncludeReferrers", Token);
        Assert.Equal([signed.Sbom.Digest],
            await SignedImage.ListAsync($"http://{local}/v2/team/app/referrers/{signed.Image.Digest}", Token));
        Assert.Equal([signed.SbomSignature.Digest],
            await SignedImage.ListAsync($"http://{local}/v2/team/app/referrers/{signed.Sbom.Digest}", Token));

        var shown = await engine.OutputAsync("Get-RegistryReferrer \"$local/team/app:1.0\"", Token);
        Assert.Equal([(signed.Sbom.Digest, SignedImage.SbomType), (signed.Cosign.Digest, SignedImage.CosignType)],
            shown.Select(found => ((string)((dynamic)found).Digest, (string)((dynamic)found).ArtifactType)));
        Assert.Equal([null, signed.CosignTag], shown.Select(found => (string?)((dynamic)found).Tag));

        await engine.OutputAsync("Copy-RegistryImage \"$local/team/app:1.0\" -Destination $back -IncludeReferrers", Token);
        Assert.Equal([signed.Sbom.Digest], await ListAsync(back, TestArtifact.TagOf(signed.Image.Digest)));
        Assert.Equal([signed.SbomSignature.Digest], await ListAsync(back, TestArtifact.TagOf(signed.Sbom.Digest)));
        Assert.Equal(signed.Cosign.Digest, await PublishedDigestAsync(back.Address, signed.CosignTag));
    }

    [Fact]
    public async Task A_referrer_that_is_added_later_is_copied_although_the_image_is_unchanged()
    {
        await using var signed = await SignedImage.StartAsync(Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = new Engine { ["from"] = signed.Reference, ["to"] = target.Address };
        await engine.OutputAsync("Copy-RegistryImage $from -Destination $to -IncludeReferrers", Token);

        var later = TestArtifact.Of(SignedImage.SignatureType, "by another key", signed.Image.Manifest);
        later.AddTo(signed.Storage, "team/app");
        signed.Storage.AddManifest("team/app", TestArtifact.ListOf(signed.Sbom, later), TestArtifact.TagOf(signed.Image.Digest));
        var result = await engine.SingleAsync("Copy-RegistryImage $from -Destination $to -IncludeReferrers", Token);
        Assert.Equal(later.Content.Length + later.Manifest.Length, (long)result.BytesSent);
        Assert.Equal([signed.Sbom.Digest, later.Digest], await ListAsync(target, TestArtifact.TagOf(signed.Image.Digest)));
    }

    [Fact]
    public async Task A_list_of_an_interrupted_run_is_completed_by_the_next_and_the_name_is_assigned_last()
    {
        await using var signed = await SignedImage.StartAsync(Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        await using var proxy = FaultProxy.Start(target.Address);
        proxy.On("PUT", $"/manifests/{TestArtifact.TagOf(signed.Image.Digest)}$").Respond(503);
        using var engine = new Engine { ["from"] = signed.Reference, ["to"] = proxy.Address };
        var broken = await engine.RunAsync("Copy-RegistryImage $from -Destination $to -IncludeReferrers -MaximumRetryCount 0", Token);
        Assert.StartsWith("RegistryUnavailable,", broken.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(proxy.RequestsOf("PUT", "/manifests/1.0$"));
        Assert.Single(proxy.RequestsOf("PUT", $"/manifests/{signed.Sbom.Digest}$"));

        proxy.ClearRules();
        await engine.OutputAsync("Copy-RegistryImage $from -Destination $to -IncludeReferrers", Token);
        Assert.Equal([signed.Sbom.Digest], await ListAsync(target, TestArtifact.TagOf(signed.Image.Digest)));
        Assert.Equal(signed.Image.Digest, await PublishedDigestAsync(target.Address, "1.0"));
    }

    [Fact]
    public async Task WhatIf_lists_them_and_changes_nothing()
    {
        await using var signed = await SignedImage.StartAsync(Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = new Engine { ["from"] = signed.Reference, ["to"] = target.Address };
        var outcome = (await engine.RunAsync("Copy-RegistryImage $from -Destination $to -IncludeReferrers -WhatIf", Token)).WithoutErrors();
        Assert.All(new[] { signed.Sbom, signed.SbomSignature, signed.Cosign },
            artifact => Assert.Contains(artifact.Digest, outcome.Text, StringComparison.Ordinal));
        Assert.All(await target.RequestsAsync(Token), request => Assert.True(request.Method is "GET" or "HEAD", request.ToString()));
    }

    [Fact]
    public async Task Without_IncludeReferrers_they_are_neither_requested_nor_copied()
    {
        await using var signed = await SignedImage.StartAsync(Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = new Engine { ["from"] = signed.Reference, ["to"] = target.Address };
        await engine.OutputAsync("Copy-RegistryImage $from -Destination $to", Token);
        Assert.DoesNotContain(Http.DigestOf(signed.Sbom.Content), target.Blobs().Keys);
        Assert.Equal(0, await signed.Registry.CountAsync("GET", "referrers|sha256-", Token));
    }

    [Fact]
    public async Task They_are_shown_with_their_types_and_by_type()
    {
        await using var signed = await SignedImage.StartAsync(Token);
        using var engine = new Engine { ["from"] = signed.Reference };
        var all = await engine.OutputAsync("Get-RegistryReferrer $from", Token);
        Assert.Equal([signed.Sbom.Digest, signed.Cosign.Digest], all.Select(found => (string)((dynamic)found).Digest));
        Assert.Equal([SignedImage.SbomType, SignedImage.CosignType], all.Select(found => (string)((dynamic)found).ArtifactType));
        Assert.Equal([null, signed.CosignTag], all.Select(found => (string?)((dynamic)found).Tag));
        Assert.All(all, found => Assert.Equal($"{signed.Registry.Address}/team/app@{signed.Image.Digest}",
            (string)((dynamic)found).Subject));

        engine["type"] = SignedImage.SbomType;
        Assert.Equal(signed.Sbom.Digest, (await engine.SingleAsync("Get-RegistryReferrer $from -ArtifactType $type", Token)).Digest);
        var nested = await engine.SingleAsync("Get-RegistryReferrer $from -ArtifactType $type | Get-RegistryReferrer", Token);
        Assert.Equal(signed.SbomSignature.Digest, nested.Digest);
    }

    [Fact]
    public async Task A_removed_referrer_is_removed_from_the_list_of_its_subject()
    {
        await using var signed = await SignedImage.StartAsync(Token);
        using var engine = new Engine { ["from"] = signed.Reference, ["type"] = SignedImage.SbomType };
        await engine.OutputAsync("Get-RegistryReferrer $from -ArtifactType $type | Remove-RegistryImage -Confirm:$false", Token);
        Assert.Empty(await ListAsync(signed.Registry, TestArtifact.TagOf(signed.Image.Digest)));
        Assert.Equal(signed.Image.Digest, await PublishedDigestAsync(signed.Registry.Address, "1.0"));
    }

    private static Task<IReadOnlyList<string>> ListAsync(DockerRegistry registry, string tag) =>
        SignedImage.ListAsync($"http://{registry.Address}/v2/team/app/manifests/{tag}", Token);

    private static async Task<string> PublishedDigestAsync(string registry, string tag)
    {
        var raw = (await ExternalTools.RunAsync("skopeo", ["inspect", "--raw", "--tls-verify=false", $"docker://{registry}/team/app:{tag}"],
            Token)).Output;
        return Http.DigestOf(System.Text.Encoding.UTF8.GetBytes(raw));
    }
}
