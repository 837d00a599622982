using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Media types are passed through unchanged.</summary>
public sealed class MediaTypeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(MediaTypes.OciManifest)]
    [InlineData(MediaTypes.DockerManifest)]
    public async Task A_manifest_keeps_its_type_and_bytes(string type)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var session = new RegistrySession();
        var repository = session.Repository(registry.Address);
        var config = new MemoryBlob("{}"u8.ToArray());
        await repository.WriteBlobAsync(config, Token);
        var raw = System.Text.Encoding.UTF8.GetBytes(
            $$"""
                { "schemaVersion" : 2,"mediaType":"{{type}}", "config":{"mediaType":"application/x","digest":"{{config.TrueDigest}}",
                "size":2},"layers":[ ] ,"unknown":[1,2]}
                """);
        var manifest = Manifest.Parse(raw, type);
        await repository.PublishAsync(manifest, ImageReference.Parse($"{registry.Address}/team/app:1"), null, Token);
        var back = await repository.ResolveAsync("1", Token);
        Assert.Equal((type, System.Text.Encoding.UTF8.GetString(raw)),
            (back.MediaType, System.Text.Encoding.UTF8.GetString(back.Raw.Span)));
    }

    [Theory]
    [InlineData("application/vnd.cncf.helm.config.v1+json", "application/vnd.cncf.helm.chart.content.v1.tar+gzip")]
    [InlineData("application/vnd.oci.empty.v1+json", "application/vnd.dev.cosign.simplesigning.v1+json")]
    [InlineData("application/vnd.wasm.config.v0+json", "application/vnd.wasm.content.layer.v1+wasm")]
    [InlineData("application/vnd.docker.plugin.v1+json", "application/vnd.docker.image.rootfs.diff.tar.gzip")]
    [InlineData("application/vnd.docker.container.image.v1+json", "application/vnd.docker.image.rootfs.diff.tar")]
    [InlineData("application/vnd.docker.container.image.v1+json", "application/vnd.docker.image.rootfs.diff.tar.zstd")]
    [InlineData("application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar")]
    [InlineData("application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar+gzip")]
    [InlineData("application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar+zstd")]
    [InlineData("application/vnd.oci.image.config.v1+json", "application/vnd.in-toto+json")]
    public async Task Artifacts_of_any_kind_make_the_round_trip(string configType, string layerType)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var session = new RegistrySession();
        var repository = session.Repository(registry.Address);
        var (config, layer) = (new MemoryBlob("{}"u8.ToArray()), MemoryBlob.Random(1000));
        await repository.WriteBlobAsync(config, Token);
        await repository.WriteBlobAsync(layer, Token);
        var manifest = ImageManifest.Create(MediaTypes.OciManifest, config.Descriptor with { MediaType = configType },
            [layer.Descriptor with { MediaType = layerType }]);
        await repository.PutManifestAsync(manifest, Token);
        var back = (ImageManifest)await repository.ResolveAsync(manifest.Digest.ToString(), Token);
        Assert.Equal((configType, layerType), (back.Config.MediaType, back.Layers.Single().MediaType));
    }

    [Theory]
    [InlineData(MediaTypes.OciIndex)]
    [InlineData(MediaTypes.DockerList)]
    public async Task An_index_is_read_as_an_index(string type)
    {
        var index = ImageIndex.Create(type, []);
        await using var server = LoopbackServer.Start(exchange => exchange.RespondAsync(200, index.Raw.ToArray(), type));
        await using var session = new RegistrySession();
        Assert.IsType<ImageIndex>(await session.Repository(server.Address).ResolveAsync("1", Token));
    }

    [Fact]
    public async Task A_withdrawn_artifact_manifest_is_rejected_with_an_explanation()
    {
        const string type = "application/vnd.oci.artifact.manifest.v1+json";
        await using var server = LoopbackServer.Start(
            exchange => exchange.RespondAsync(200, $$"""{"mediaType":"{{type}}","artifactType":"a/b","blobs":[]}""", type));
        await using var session = new RegistrySession();
        var error = await Assert.ThrowsAsync<RegistryProtocolException>(() => session.Repository(server.Address).ResolveAsync("1", Token));
        Assert.Contains($"{server.Address}/team/app:1", error.Message, StringComparison.Ordinal);
        Assert.Contains("artifact manifest", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_foreign_layer_keeps_its_urls_and_is_not_a_mount_candidate()
    {
        var layer = new Descriptor(MediaTypes.DockerForeignLayer, Digest.Of([1]), 1) { Urls = ["https://mcr.example/base"] };
        var config = new Descriptor(MediaTypes.DockerConfig, Digest.Of([2]), 1);
        var manifest = ImageManifest.Create(MediaTypes.DockerManifest, config, [layer]);
        await using var server =
            LoopbackServer.Start(exchange => exchange.RespondAsync(200, manifest.Raw.ToArray(), MediaTypes.DockerManifest));
        await using var session = new RegistrySession();
        var back = (ImageManifest)await session.Repository(server.Address, "windows/base").ResolveAsync("1", Token);
        Assert.Equal(layer.Urls, back.Layers.Single().Urls);
        Assert.Equal([config], back.References);
        var other = session.Repository(server.Address, "other/app");
        Assert.Equal((null, "windows/base"), (other.MountCandidate(layer), other.MountCandidate(config)));
    }
}
