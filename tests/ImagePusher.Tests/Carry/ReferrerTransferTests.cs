using ImagePusher.Tests.Fleet;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Carry;

/// <summary>Signatures, SBOMs and attestations go through the cache and through archives.</summary>
public sealed class ReferrerTransferTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_signature_of_skopeo_arrives_unchanged_through_cache_and_archive()
    {
        using var storage = new TemporaryFolder();
        SigstoreFixture.AddTo(new RegistryStorage(storage.FullName));
        await using var outside = await DockerRegistry.StartAsync(new DockerRegistryOptions { StorageFolder = storage.FullName }, Token);
        await using var inside = await DockerRegistry.StartAsync(Token);
        using var engine = new Engine { ["from"] = $"{outside.Address}/team/app:1", ["tar"] = _folder["app.tar"], ["to"] = inside.Address };
        await engine.OutputAsync("Save-ImageToCache $from -IncludeReferrers | Export-ImageTar -Path $tar -IncludeReferrers", Token);
        await engine.OutputAsync("Push-ImageTar $tar -Destination $to -IncludeReferrers", Token);

        var arrived = inside.Blobs();
        Assert.All(SigstoreFixture.SignatureBlobs, digest => Assert.True(arrived.ContainsKey(digest), digest));
        using var client = Http.NewClient();
        client.DefaultRequestHeaders.Add("Accept", TestImage.ManifestType);
        var signature = await client.GetByteArrayAsync(new Uri($"http://{inside.Address}/v2/team/app/manifests/{SigstoreFixture.Tag}"),
            Token);
        Assert.Equal(SigstoreFixture.Blob(SigstoreFixture.SignatureBlobs[0]), signature);
    }

    [Theory]
    [InlineData("Save-ImageToCache $from -IncludeReferrers | Push-CachedImage -Destination $to -IncludeReferrers")]
    [InlineData("Save-ImageToCache $from -IncludeReferrers | Export-ImageTar -Path $tar -IncludeReferrers; "
        + "Push-ImageTar $tar -Destination $to -IncludeReferrers")]
    [InlineData("Save-ImageToCache $from -IncludeReferrers | Export-ImageTar -Path $tar -IncludeReferrers; "
        + "Import-ImageTar $tar -CachePath $other -IncludeReferrers | Push-CachedImage -Destination $to -IncludeReferrers")]
    public async Task Referrers_and_their_referrers_and_cosign_tags_are_copied(string script)
    {
        await using var signed = await SignedImage.StartAsync(Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = new Engine
        {
            ["from"] = signed.Reference,
            ["to"] = target.Address,
            ["tar"] = _folder["app.tar"],
            ["other"] = _folder["other"],
        };
        await engine.OutputAsync(script, Token);
        Assert.Equal([signed.Sbom.Digest], await ListAsync(target, TestArtifact.TagOf(signed.Image.Digest)));
        Assert.Equal([signed.SbomSignature.Digest], await ListAsync(target, TestArtifact.TagOf(signed.Sbom.Digest)));
        Assert.Superset(
            new[] { signed.Sbom.Content, signed.SbomSignature.Content, signed.Cosign.Content }.Select(content => Http.DigestOf(content))
                .ToHashSet(),
            target.Blobs().Keys.ToHashSet());
        using var engine2 = new Engine { ["image"] = $"{target.Address}/team/app:1.0" };
        var shown = await engine2.OutputAsync("Get-RegistryReferrer $image", Token);
        Assert.Equal([null, signed.CosignTag], shown.Select(found => (string?)((dynamic)found).Tag));
    }

    [Theory]
    [InlineData("Copy-RegistryImage $from -Destination $to")]
    [InlineData("Save-ImageToCache $from -CachePath $empty")]
    [InlineData("Get-CachedImage | Push-CachedImage -Destination $to")]
    [InlineData("Get-CachedImage | Export-ImageTar -Path $other")]
    [InlineData("Import-ImageTar $tar -CachePath $empty")]
    [InlineData("Push-ImageTar $tar -Destination $to")]
    public async Task A_plan_counts_their_blobs_only_with_IncludeReferrers(string script)
    {
        await using var signed = await SignedImage.StartAsync(Token);
        await using var target = await DockerRegistry.StartAsync(Token);
        using var engine = new Engine
        {
            ["from"] = signed.Reference,
            ["to"] = target.Address,
            ["tar"] = _folder["plan.tar"],
            ["other"] = _folder["other.tar"],
            ["empty"] = _folder["empty"],
        };
        await engine.OutputAsync("Save-ImageToCache $from -IncludeReferrers | Export-ImageTar -Path $tar -IncludeReferrers", Token);
        var (without, with) = (await engine.SingleAsync($"{script} -PlanOnly",
            Token), await engine.SingleAsync($"{script} -PlanOnly -IncludeReferrers", Token));
        byte[][] content = [signed.Sbom.Content, signed.SbomSignature.Content, signed.Cosign.Content, TestArtifact.Config];
        Assert.Equal(content.Sum(blob => blob.Length), (long)with.BytesToSend - (long)without.BytesToSend);
        Assert.Equal(
            content.Select(blob => Http.DigestOf(blob)).Order(StringComparer.Ordinal),
            ((IEnumerable<object>)with.Blobs).Where(blob => ((dynamic)blob).Kind == "Referrer")
                .Select(blob => (string)((dynamic)blob).Digest).Order(StringComparer.Ordinal));
        Assert.Equal(3, ((IEnumerable<string>)with.Referrers).Count());
        Assert.Empty(target.Blobs());
    }

    [Fact]
    public async Task Referrers_of_an_index_and_of_its_children_are_copied()
    {
        using var storage = new TemporaryFolder();
        var files = new RegistryStorage(storage.FullName);
        var (amd64, arm64) = (TestImage.Of(Http.RandomBytes(100)), TestImage.Of(Http.RandomBytes(100)));
        var index = TestImage.IndexOf(amd64, arm64);
        files.AddImage("team/app", amd64, null);
        files.AddImage("team/app", arm64, null);
        files.AddManifest("team/app", index, "1");
        var (ofIndex, ofChild) =
            (TestArtifact.Of(SignedImage.CosignType, "index", null), TestArtifact.Of(SignedImage.CosignType, "child", null));
        ofIndex.AddTo(files, "team/app", TestArtifact.TagOf(Http.DigestOf(index)) + ".sig");
        ofChild.AddTo(files, "team/app", TestArtifact.TagOf(arm64.Digest) + ".att");
        await using var outside = await DockerRegistry.StartAsync(new DockerRegistryOptions { StorageFolder = storage.FullName }, Token);
        await using var inside = await DockerRegistry.StartAsync(Token);
        using var engine = new Engine { ["from"] = $"{outside.Address}/team/app:1", ["tar"] = _folder["app.tar"], ["to"] = inside.Address };
        await engine.OutputAsync(
            "Save-ImageToCache $from -AllPlatforms -IncludeReferrers | Export-ImageTar -Path $tar -IncludeReferrers; "
                + "Push-ImageTar $tar -Destination $to -IncludeReferrers",
            Token);
        Assert.Superset(new[] { ofIndex.Digest, ofChild.Digest }.ToHashSet(), inside.Blobs().Keys.ToHashSet());
    }

    [Fact]
    public async Task The_cache_lists_only_the_image_and_shows_referrers_on_request_with_their_subject()
    {
        await using var signed = await SignedImage.StartAsync(Token);
        using var engine = new Engine { ["from"] = signed.Reference };
        await engine.OutputAsync("Save-ImageToCache $from -IncludeReferrers", Token);
        Assert.Equal(signed.Image.Digest, (await engine.SingleAsync("Get-CachedImage", Token)).Digest);
        var all = await engine.OutputAsync("Get-CachedImage -IncludeReferrers", Token);
        Assert.Equal(
            new[] { null, signed.Image.Digest, signed.Image.Digest, signed.Sbom.Digest }.Order(StringComparer.Ordinal),
            all.Select(found => (string?)((dynamic)found).Subject).Order(StringComparer.Ordinal));
        Assert.Equal(1, (await engine.SingleAsync("Get-ImageCache", Token)).Images);
    }

    [Fact]
    public async Task Optimize_keeps_referrers_as_long_as_their_image_is_cached_and_removes_them_with_it()
    {
        await using var signed = await SignedImage.StartAsync(Token);
        using var engine = new Engine { ["from"] = signed.Reference };
        await engine.OutputAsync("Save-ImageToCache $from -IncludeReferrers; Optimize-ImageCache -GracePeriod 0", Token);
        Assert.Equal(4, (await engine.OutputAsync("Get-CachedImage -IncludeReferrers", Token)).Count);
        await engine.OutputAsync("Remove-CachedImage $from -Confirm:$false; Optimize-ImageCache -GracePeriod 0", Token);
        Assert.Empty(await engine.OutputAsync("Get-CachedImage -IncludeReferrers", Token));
        Assert.Empty(Directory.GetFiles(Path.Combine(engine.CachePath, "blobs", "sha256")));
    }

    [Fact]
    public async Task A_docker_archive_cannot_contain_referrers()
    {
        using var engine = new Engine { ["tar"] = _folder["app.tar"] };
        var outcome = await engine.RunAsync("Export-ImageTar app -Path $tar -Format Docker -IncludeReferrers", Token);
        Assert.StartsWith("InvalidOption,", outcome.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static Task<IReadOnlyList<string>> ListAsync(DockerRegistry registry, string tag) =>
        SignedImage.ListAsync($"http://{registry.Address}/v2/team/app/manifests/{tag}", Token);
}
