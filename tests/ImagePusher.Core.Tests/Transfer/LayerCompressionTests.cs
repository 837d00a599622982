using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Tests.Transfer;

/// <summary>Layers that a copy compresses or decompresses, and those that it leaves as they are.</summary>
public sealed class LayerCompressionTests : ImageCopierTestBase
{
    [Fact]
    public async Task A_docker_archive_becomes_an_OCI_image_of_gzip_layers()
    {
        var image = Image(MediaTypes.OciLayer, "one", "two");
        var result = await CopyAsync(image, isRewritable: true);

        var manifest = Assert.IsType<ImageManifest>(_target.Manifests[result.Manifest.Digest]);
        Assert.Equal(MediaTypes.OciManifest, manifest.MediaType);
        Assert.All(manifest.Layers, layer => Assert.Equal(MediaTypes.OciLayerGzip, layer.MediaType));
        Assert.Equal(image.Config.Digest, manifest.Config.Digest);
        Assert.Equal(image.Config.Digest, result.SourceDigest);
        Assert.Equal(2, _encodings.Known.Count);
    }

    [Fact]
    public async Task A_second_push_of_a_docker_save_reads_no_layer()
    {
        var image = Image(MediaTypes.OciLayer, "one", "two");
        var first = await CopyAsync(image, isRewritable: true);
        _source.Events.Clear();
        var second = await CopyAsync(image, isRewritable: true);

        Assert.Equal(first.Manifest.Digest, second.Manifest.Digest);
        Assert.Equal(0, second.BytesSent);
        Assert.Empty(_source.Events);
    }

    [Fact]
    public async Task A_recorded_layer_that_is_missing_at_the_target_is_encoded_again()
    {
        var image = Image(MediaTypes.OciLayer, "one");
        var first = await CopyAsync(image, isRewritable: true);
        _target.Names.Clear();
        _target.Blobs.Clear();
        var second = await CopyAsync(image, isRewritable: true);
        Assert.Equal((1, first.Manifest.Digest), (second.Uploaded, second.Manifest.Digest));
    }

    [Theory]
    [InlineData(LayerCompression.None, MediaTypes.DockerLayer)]
    [InlineData(LayerCompression.Gzip, MediaTypes.DockerLayerGzip)]
    [InlineData(LayerCompression.Zstd, MediaTypes.DockerLayerZstd)]
    public async Task A_docker_manifest_has_docker_types(LayerCompression compression, string layerType)
    {
        var image = Image(MediaTypes.OciLayer, "one");
        var result = await CopyAsync(image, new CopyOptions { Compression = compression, ManifestFormat = ManifestFormat.Docker },
            isRewritable: true);
        var manifest = Assert.IsType<ImageManifest>(_target.Manifests[result.Manifest.Digest]);
        Assert.Equal((MediaTypes.DockerManifest, MediaTypes.DockerConfig, layerType),
            (manifest.MediaType, manifest.Config.MediaType, manifest.Layers[0].MediaType));
    }

    [Fact]
    public async Task Uncompressed_layers_of_an_image_with_its_own_manifest_stay_uncompressed_by_default()
    {
        var image = Image(MediaTypes.OciLayer, "one");
        Assert.Equal(image.Digest, (await CopyAsync(image)).Manifest.Digest);
        var asked = await CopyAsync(image, new CopyOptions { Compression = LayerCompression.Zstd });
        Assert.Equal(MediaTypes.OciLayerZstd, Assert.IsType<ImageManifest>(_target.Manifests[asked.Manifest.Digest]).Layers[0].MediaType);
        Assert.Equal(image.Digest, asked.SourceDigest);
    }

    [Fact]
    public async Task An_uncompressed_layer_that_does_not_match_its_diff_ID_is_rejected()
    {
        var image = Image(MediaTypes.OciLayer, "one");
        _source.Blobs[image.Layers[0].Digest] = "other"u8.ToArray();
        await Assert.ThrowsAsync<DigestMismatchException>(() => CopyAsync(image, isRewritable: true));
        Assert.Empty(_target.Names);
        Assert.Empty(_encodings.Known);
    }

    [Theory]
    [InlineData("Gzip")]
    [InlineData("Zstd")]
    public async Task Compressed_layers_can_be_written_uncompressed_with_their_diff_IDs(string format)
    {
        var plain = System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("a plain layer ", 10_000)));
        var image = await EncodedImageAsync(plain, Digest.Of(plain), Enum.Parse<Core.Compression.LayerFormat>(format));
        var result = await CopyAsync(image, new CopyOptions { DecodeLayers = true });
        var layer = Assert.Single(Assert.IsType<ImageManifest>(_target.Manifests[result.Manifest.Digest]).Layers);
        Assert.Equal((MediaTypes.OciLayer, Digest.Of(plain), plain.Length), (layer.MediaType, layer.Digest, layer.Size));
        Assert.Equal(plain, _target.Blobs[layer.Digest]);
        Assert.Equal(image.Digest, result.SourceDigest);
    }

    [Fact]
    public async Task A_layer_that_does_not_match_its_diff_ID_after_decompression_is_rejected()
    {
        var image = await EncodedImageAsync("plain"u8.ToArray(), Digest.Of("other"u8), Core.Compression.LayerFormat.Gzip);
        await Assert.ThrowsAsync<DigestMismatchException>(() => CopyAsync(image, new CopyOptions { DecodeLayers = true }));
        Assert.Empty(_target.Names);
    }
}
