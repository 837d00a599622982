using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Interop;

/// <summary>Uncompressed layers of all sizes become gzip layers that Python reads as a stream to the end of the tar.</summary>
public sealed class GzipLayerTests(RegistryFixture registries) : IClassFixture<RegistryFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Python_reads_pushed_layers_of_all_sizes_as_a_gzip_stream()
    {
        // One small file; several blocks of text; several blocks of incompressible content.
        var text = System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(1, 1_500_000)));
        byte[][] layers =
        [
            LayerTar.Of("etc/small", "a"),
            LayerTar.Of(("var/text", text), ("var/more", text[..1000])),
            LayerTar.Of(("opt/random", Http.RandomBytes(9_000_000))),
        ];
        using var folder = new TemporaryFolder();
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine
        {
            ["tar"] = folder.Write("sizes.tar", DockerSave.Of("example.com/sizes:1", layers).ToArray()),
            ["registry"] = registry.Address,
        };
        var result = await engine.SingleAsync("Push-ImageTar $tar -Destination $registry", Token);
        Assert.Equal(layers.Length, (int)result.Uploaded);

        var manifest = await RawManifest.OfRegistryAsync(registry, "sizes", "1", Token);
        Assert.Equal(layers.Length, manifest.Layers.Count);
        foreach (var (layer, digest) in layers.Zip(manifest.Layers))
        {
            var expected = await ReferenceTools.ReadTarAsync("r|", folder.Write("plain", layer), Token);
            Assert.Equal("well", expected.End);
            Assert.Equal(expected, await ReferenceTools.ReadTarAsync("r|gz", registry.Blobs()[digest].FullName, Token));
        }
    }

    [Fact]
    public async Task An_empty_layer_is_sent_as_an_empty_gzip_stream()
    {
        using var folder = new TemporaryFolder();
        var registry = await registries.OpenAsync(Token);
        using var engine = new Engine
        {
            ["tar"] = folder.Write("empty.tar", DockerSave.Of("example.com/empty:1", [[], LayerTar.Of("a", "b")]).ToArray()),
            ["registry"] = registry.Address,
        };
        await engine.OutputAsync("Push-ImageTar $tar -Destination $registry", Token);
        var manifest = await RawManifest.OfRegistryAsync(registry, "empty", "1", Token);
        var plain = await ExternalTools.RunAsync("gzip", ["-dc", registry.Blobs()[manifest.Layers[0]].FullName], new ToolSettings(), Token);
        Assert.Equal("", plain.Output);
    }
}
