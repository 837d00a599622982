using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Interop;

/// <summary>Registry to cache to registry: content that other tools pushed to the first is identical in the second.</summary>
public sealed class RoundTripTests(RegistryFixture registries) : IClassFixture<RegistryFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("oci")]
    [InlineData("v2s2")]
    public async Task An_image_that_skopeo_pushed_keeps_its_digest(string format)
    {
        var layout = (await ImagesFixture.GetAsync(Token))["oci"];
        var from = await registries.OpenAsync(Token);
        await using var to = await DockerRegistry.StartAsync(Token);
        await ExternalTools.RunAsync(
            "skopeo",
            ["--insecure-policy", "copy", "-q", "--format", format, "--dest-tls-verify=false", $"oci:{layout}:app",
                $"docker://{from.Address}/team/app:1"], Token);
        var original = await RawManifest.OfRegistryAsync(from, "team/app", "1", Token);

        using var engine = new Engine { ["from"] = from.Address, ["to"] = to.Address };
        var saved = await engine.SingleAsync("Save-ImageToCache $from/team/app:1", Token);
        await from.EmptyAsync();
        var pushed = await engine.SingleAsync("Get-CachedImage | Push-CachedImage -Destination $to", Token);

        Assert.Equal(original.Digest, (string)saved.Digest);
        Assert.Equal(original.Digest, (string)pushed.Digest);
        Assert.Null(saved.SourceDigest);
        Assert.Equal(3, (int)pushed.Uploaded);
        var arrived = await RawManifest.OfRegistryAsync(to, "team/app", "1", Token);
        Assert.Equal(original.Raw, arrived.Raw);
        Assert.Equal(original.MediaType, arrived.MediaType);
        await new PushedImage("team/app", "1", "app").IsWholeAsync(to, original.Digest, Token);
    }

    [Fact]
    public async Task An_index_with_all_its_children_keeps_its_digest()
    {
        var layout = (await ImagesFixture.GetAsync(Token))["index"];
        var original = RawManifest.OfLayout(layout, "multi");
        var (from, to) = await FilledAsync(layout);
        await using (to)
        {
            using var engine = new Engine { ["from"] = from.Address, ["to"] = to.Address };
            var saved = await engine.SingleAsync("Save-ImageToCache $from/index:multi -AllPlatforms", Token);
            await from.EmptyAsync();
            var pushed = await engine.SingleAsync("Get-CachedImage | Push-CachedImage -Destination $to", Token);
            Assert.Equal(original.Digest, (string)saved.Digest);
            Assert.Equal(original.Digest, (string)pushed.Digest);
            Assert.Equal(original.Raw, (await RawManifest.OfRegistryAsync(to, "index", "multi", Token)).Raw);
            foreach (var digest in original.Manifests)
            {
                var child = await RawManifest.OfRegistryAsync(to, "index", digest, Token);
                Assert.Equal(RawManifest.OfLayoutByDigest(layout, digest).Raw, child.Raw);
                Assert.All(child.Layers.Append(child.Config), blob => Assert.Contains(blob, to.Blobs().Keys));
            }
        }
    }

    [Fact]
    public async Task Artifacts_keep_their_digests()
    {
        var layout = (await ImagesFixture.GetAsync(Token))["artifact"];
        var (from, to) = await FilledAsync(layout);
        await using (to)
        {
            using var engine = new Engine { ["from"] = from.Address, ["to"] = to.Address };
            await engine.OutputAsync("Save-ImageToCache $from/artifact:chart, $from/artifact:sbom", Token);
            await from.EmptyAsync();
            var pushed = await engine.OutputAsync("Get-CachedImage | Push-CachedImage -Destination $to", Token);
            Assert.Equal(2, pushed.Count);
            foreach (var name in new[] { "chart", "sbom" })
            {
                var original = RawManifest.OfLayout(layout, name);
                Assert.Contains(original.Digest, pushed.Select(result => (string)((dynamic)result).Digest));
                Assert.Equal(original.Raw, (await RawManifest.OfRegistryAsync(to, "artifact", name, Token)).Raw);
                Assert.All(original.Layers, blob => Assert.Contains(blob, to.Blobs().Keys));
            }
        }
    }

    [Fact]
    public async Task An_exported_docker_archive_has_the_same_files()
    {
        var tar = (await ImagesFixture.GetAsync(Token))["docker-archive.tar"];
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["tar"] = tar, ["registry"] = registry.Address };
        var saved = await engine.SingleAsync(
            "$pushed = Push-ImageTar $tar -Destination $registry; $null = Clear-ImageCache -Confirm:$false; "
                + "$saved = $pushed | Save-ImageToCache; if ($saved.Digest -cne $pushed.Digest) { throw 'another digest' }; $saved", Token);
        using var folder = new TemporaryFolder();
        await ReferenceTools.CopyAsync($"oci:{engine.CachePath}:{saved.Reference}", folder["copy"], "back", Token);
        Assert.Equal(await OriginalFiles.OfAsync("app", Token), await ReferenceTools.UnpackAsync(folder["copy"], "back", Token));
    }

    private async Task<(DockerRegistry From, DockerRegistry To)> FilledAsync(string layout)
    {
        var from = await registries.OpenAsync(Token);
        using var engine = new Engine { ["layout"] = layout, ["from"] = from.Address };
        await engine.OutputAsync("Push-ImageTar $layout -Destination $from", Token);
        return (from, await DockerRegistry.StartAsync(Token));
    }
}
