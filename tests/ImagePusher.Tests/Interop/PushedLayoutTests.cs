using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Interop;

/// <summary>OCI layouts whose manifests must arrive unchanged: zstd layers, an index, artifacts; and an archive that lacks part of its
/// index.</summary>
public sealed class PushedLayoutTests(RegistryFixture registries) : IClassFixture<RegistryFixture>
{
    private const string ByCache = "Import-ImageTar $layout | Push-CachedImage -Destination $registry";
    private const string Directly = "Push-ImageTar $layout -Destination $registry";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Ways => [ByCache, Directly];

    [Theory, MemberData(nameof(Ways))]
    public async Task Zstd_layers_keep_their_bytes_and_skopeo_copies_them(string script)
    {
        var layout = (await ImagesFixture.GetAsync(Token))["zstd-layers"];
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["layout"] = layout, ["registry"] = registry.Address };
        var result = await engine.SingleAsync(script, Token);
        Assert.Equal($"{registry.Address}/zstd-layers:app", result.Reference);
        Assert.Equal(RawManifest.OfLayout(layout, "app").Digest, result.Digest);

        using var folder = new TemporaryFolder();
        await ReferenceTools.CopyAsync($"docker://{result.Reference}", folder["copy"], "back", Token);
        var copy = RawManifest.OfLayout(folder["copy"], "back");
        Assert.Equal(RawManifest.OfLayout(layout, "app").Layers, copy.Layers);
        Assert.Equal(result.Digest, copy.Digest);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task An_index_keeps_its_digest_and_skopeo_copies_all_of_it(string script)
    {
        var layout = (await ImagesFixture.GetAsync(Token))["index"];
        var original = RawManifest.OfLayout(layout, "multi");
        Assert.Equal(3, original.Manifests.Count);
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["layout"] = layout, ["registry"] = registry.Address };
        var result = await engine.SingleAsync(script, Token);
        Assert.Equal(original.Digest, result.Digest);

        // skopeo 1.9 refuses an attestation's config when it copies to a layout; dir: accepts manifests unchanged.
        using var folder = new TemporaryFolder();
        await ExternalTools.RunAsync(
            "skopeo",
            ["--insecure-policy", "copy", "-q", "--all", "--src-tls-verify=false", $"docker://{result.Reference}", $"dir:{folder["copy"]}"],
            Token);
        Assert.Equal(original.Raw, await File.ReadAllBytesAsync(folder["copy", "manifest.json"], Token));
        foreach (var child in original.Manifests)
        {
            var arrived = await RawManifest.OfRegistryAsync(registry, "index", child, Token);
            Assert.Equal(RawManifest.OfLayoutByDigest(layout, child).Raw, arrived.Raw);
        }
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Artifacts_are_copied_byte_for_byte(string script)
    {
        var layout = (await ImagesFixture.GetAsync(Token))["artifact"];
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["layout"] = layout, ["registry"] = registry.Address };
        var results = await engine.OutputAsync(script, Token);
        Assert.Equal(2, results.Count);
        foreach (var name in new[] { "chart", "sbom" })
        {
            var original = RawManifest.OfLayout(layout, name);
            var arrived = await RawManifest.OfRegistryAsync(registry, "artifact", name, Token);
            Assert.Equal(original.Raw, arrived.Raw);
            foreach (var blob in original.Layers.Append(original.Config))
            {
                Assert.Equal(
                    await File.ReadAllBytesAsync(RawManifest.BlobOfLayout(layout, blob), Token),
                    await File.ReadAllBytesAsync(registry.Blobs()[blob].FullName, Token));
            }
        }
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task The_present_platform_of_a_sparse_archive_is_copied_with_one_warning_about_the_rest(string script)
    {
        var tar = (await ImagesFixture.GetAsync(Token))["docker25-sparse.tar"];
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine { ["layout"] = tar, ["registry"] = registry.Address };
        var outcome = (await engine.RunAsync(script, Token)).WithoutErrors();
        Assert.Contains("linux/arm64", Assert.Single(outcome.Warnings), StringComparison.Ordinal);
        dynamic result = Assert.Single(outcome.Output);
        Assert.NotNull(result.SourceDigest);
        await new PushedImage("team/app", "1.0", "app").IsWholeAsync(registry, result.Digest, Token);
    }
}
