using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Transfer;

public sealed class ImageCopierTests : IDisposable
{
    private static readonly ImageReference Name = ImageReference.Parse("example.com/app:1.0");
    private readonly MemoryStore _source = new("source");
    private readonly MemoryStore _target = new("target");
    private readonly MemoryEncodings _encodings = new();
    private readonly TransferSlots _slots = new();
    private readonly RecordingLogger _log = new();

    private CopyOptions Options => new() { Logger = _log };

    private ImageCopier Copier => new(_slots, _encodings);

    public void Dispose() => _slots.Dispose();

    [Fact]
    public async Task An_image_is_copied_with_its_digest_and_named_last()
    {
        var image = Image(MediaTypes.OciLayerGzip, "one", "two");
        var result = await CopyAsync(image);

        Assert.Equal(image.Digest, result.Manifest.Digest);
        Assert.Equal(image.Digest, _target.Names[Name.ToString()]);
        Assert.Equal((2, 2, 0, 0), (result.Layers, result.Uploaded, result.Mounted, result.Existing));
        Assert.Null(result.SourceDigest);
        Assert.Equal(image.References.Sum(reference => reference.Size) + image.Raw.Length, result.BytesSent);
        Assert.StartsWith("name ", _target.Events.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_copy_sends_and_reads_nothing()
    {
        var image = Image(MediaTypes.OciLayerGzip, "one", "two");
        await CopyAsync(image);
        _source.Events.Clear();
        _target.Events.Clear();
        var result = await CopyAsync(image);

        Assert.Equal((2, 0, 0, 2, 0L), (result.Layers, result.Uploaded, result.Mounted, result.Existing, result.BytesSent));
        Assert.Empty(_source.Events);
        Assert.Empty(_target.Events);
    }

    [Fact]
    public async Task Force_sends_existing_content()
    {
        var image = Image(MediaTypes.OciLayerGzip, "one");
        await CopyAsync(image);
        Assert.Equal(1, (await CopyAsync(image, new CopyOptions { Force = true })).Uploaded);
    }

    [Fact]
    public async Task A_blob_that_the_target_can_mount_is_not_sent()
    {
        var image = Image(MediaTypes.OciLayerGzip, "one", "two");
        _target.Mountable.Add(image.Layers[0].Digest);
        var result = await CopyAsync(image);
        Assert.Equal((1, 1), (result.Uploaded, result.Mounted));
    }

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

    [Fact]
    public async Task A_blob_that_does_not_match_its_digest_is_rejected()
    {
        var image = Image(MediaTypes.OciLayerGzip, "one");
        _source.Blobs[image.Layers[0].Digest] = "eno"u8.ToArray();
        await Assert.ThrowsAsync<DigestMismatchException>(() => CopyAsync(image));
        Assert.Empty(_target.Names);
    }

    [Fact]
    public async Task An_index_is_pushed_after_all_its_children()
    {
        var index = Index();
        var result = await CopyAsync(index);
        Assert.Equal(index.Digest, result.Manifest.Digest);
        Assert.Equal(4, _target.Manifests.Count);
    }

    [Fact]
    public async Task One_platform_of_an_index_is_its_manifest_with_the_index_as_source()
    {
        var index = Index();
        var result = await CopyAsync(index, new CopyOptions { Platforms = [Platform.Parse("linux/arm64")] });
        Assert.Equal(index.Manifests[1].Digest, result.Manifest.Digest);
        Assert.Equal(index.Digest, result.SourceDigest);
        Assert.Single(_target.Manifests);
    }

    [Fact]
    public async Task Two_platforms_are_a_rewritten_index_with_their_attestations()
    {
        var (amd, arm, s390) = (
            Image(MediaTypes.OciLayerGzip, "amd"), Image(MediaTypes.OciLayerGzip, "arm"), Image(MediaTypes.OciLayerGzip, "s390"));
        var (about, other) = (Image("application/vnd.in-toto+json", "amd's"), Image("application/vnd.in-toto+json", "s390's"));
        var index = _source.Add(ImageIndex.Create(MediaTypes.OciIndex,
        [
            On(amd, "linux/amd64"), On(s390, "linux/s390x"), On(arm, "linux/arm64/v8"), Attests(about, amd), Attests(other, s390),
        ]));
        var result = await CopyAsync(index, new CopyOptions { Platforms = [Platform.Parse("linux/amd64"), Platform.Parse("linux/arm64")] });
        Assert.Equal(
            [amd.Digest, arm.Digest, about.Digest],
            Assert.IsType<ImageIndex>(_target.Manifests[result.Manifest.Digest]).Manifests.Select(entry => entry.Digest));
        Assert.Equal(index.Digest, result.SourceDigest);
    }

    [Fact]
    public async Task A_platform_that_is_missing_in_an_index_is_PlatformNotFound_with_the_list()
    {
        var error = await Assert.ThrowsAsync<PlatformNotFoundException>(
            () => CopyAsync(Index(), new CopyOptions { Platforms = [Platform.Parse("linux/s390x")] }));
        Assert.Contains("linux/amd64, linux/arm64/v8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_single_image_of_another_platform_is_PlatformNotFound() =>
        await Assert.ThrowsAsync<PlatformNotFoundException>(
            () => CopyAsync(Image(MediaTypes.OciLayerGzip, "one"), new CopyOptions { Platforms = [Platform.Parse("linux/s390x")] }));

    [Fact]
    public async Task An_incomplete_index_is_rejected_with_the_list_of_what_is_missing()
    {
        var index = Index();
        _source.Manifests.TryRemove(index.Manifests[1].Digest, out _);
        var error = await Assert.ThrowsAsync<IncompleteImageException>(() => CopyAsync(index));
        Assert.Contains("linux/arm64/v8", error.Message, StringComparison.Ordinal);
        Assert.Empty(_target.Names);
    }

    [Fact]
    public async Task Existing_content_of_an_incomplete_index_is_copied_if_allowed_with_one_warning()
    {
        var index = Index();
        var arm = (ImageManifest)_source.Manifests[index.Manifests[1].Digest];
        _source.Blobs.TryRemove(arm.Layers[0].Digest, out _);
        var result = await CopyAsync(index, new CopyOptions { AllowPartial = true });
        Assert.Equal(2, Assert.IsType<ImageIndex>(_target.Manifests[result.Manifest.Digest]).Manifests.Count);
        Assert.Contains("linux/arm64/v8", Assert.Single(_log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_blob_of_an_image_is_the_sources_own_error()
    {
        var image = Image(MediaTypes.OciLayerGzip, "one");
        _source.Blobs.TryRemove(image.Layers[0].Digest, out _);
        await Assert.ThrowsAsync<InvalidImageArchiveException>(() => CopyAsync(image, new CopyOptions { AllowPartial = true }));
    }

    [Fact]
    public async Task Foreign_layers_are_not_sent_and_keep_their_urls()
    {
        var config = _source.Add(Config(), MediaTypes.OciConfig);
        var foreign = new Descriptor(MediaTypes.DockerForeignLayer, Digest.Of("windows"u8),
            7) { Urls = ["https://example.com/windows"] };
        var image = _source.Add(
            ImageManifest.Create(MediaTypes.OciManifest, config, [foreign, _source.Add("one"u8.ToArray(), MediaTypes.OciLayer)]));
        var result = await CopyAsync(image, isRewritable: true);
        var layer = Assert.IsType<ImageManifest>(_target.Manifests[result.Manifest.Digest]).Layers[0];
        Assert.Equal((foreign.Digest, "https://example.com/windows"), (layer.Digest, Assert.Single(layer.Urls)));
        Assert.False(_target.Blobs.ContainsKey(foreign.Digest));
    }

    [Fact]
    public async Task A_result_of_another_digest_than_expected_is_not_named()
    {
        await Assert.ThrowsAsync<DigestMismatchException>(
            () => CopyAsync(Image(MediaTypes.OciLayerGzip, "one"), new CopyOptions { ExpectedDigest = Digest.Of("other"u8) }));
        Assert.Empty(_target.Names);
    }

    [Fact]
    public async Task A_name_without_a_tag_gets_the_digest_of_the_result()
    {
        var image = Image(MediaTypes.OciLayerGzip, "one");
        var result = await Copier.CopyAsync(new ImageSelection(_source, image), _target, Name.ByDigest(), Options, new CopyMonitor(),
            TestContext.Current.CancellationToken);
        Assert.Equal($"example.com/app@{image.Digest}", result.Name.ToString());
    }

    [Fact]
    public async Task A_blob_that_two_copies_need_is_sent_once()
    {
        var (first, second) = (Image(MediaTypes.OciLayerGzip, "shared"), Image(MediaTypes.OciLayerGzip, "shared", "own"));
        var writing = new TaskCompletionSource();
        _target.BeforeWrite = blob => blob.Digest == first.Layers[0].Digest ? writing.Task : Task.CompletedTask;
        var copies = new[] { CopyAsync(first), CopyAsync(second, name: Name.WithTag("2")) };
        writing.SetResult();
        await Task.WhenAll(copies);
        Assert.Single(_target.Events, $"write {first.Layers[0].Digest}");
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

    [Fact]
    public async Task A_plan_matches_the_copy_and_changes_nothing()
    {
        var image = Image(MediaTypes.OciLayer, "exists", "mount", "upload!", "encode");
        _encodings.Known[Key(image.Layers[2])] = new Descriptor(MediaTypes.OciLayerGzip, Digest.Of("remembered"u8), 5);
        _encodings.Known[Key(image.Layers[0])] = _target.Add("there"u8.ToArray(), MediaTypes.OciLayerGzip);
        _encodings.Known[Key(image.Layers[1])] = new Descriptor(MediaTypes.OciLayerGzip, Digest.Of("mountable"u8), 9);
        _target.Mountable.Add(Digest.Of("mountable"u8));
        _source.Rewritable.Add(image.Digest);
        var plan = await Copier.PlanAsync(new ImageSelection(_source, image), _target, Name, Options,
            TestContext.Current.CancellationToken);

        PlannedAction Of(Digest digest) => plan.Blobs.Single(blob => blob.Blob.Digest == digest).Action;
        Assert.Equal(PlannedAction.Exists, Of(Digest.Of("there"u8)));
        Assert.Equal(PlannedAction.Mount, Of(Digest.Of("mountable"u8)));
        Assert.Equal(PlannedAction.Upload, Of(Digest.Of("remembered"u8)));
        Assert.Equal(PlannedAction.Encode, Of(image.Layers[3].Digest));
        Assert.Equal((5 + image.Config.Size, 6L), (plan.BytesToSend, plan.BytesToEncode));
        Assert.Null(plan.Manifest);
        Assert.DoesNotContain(_target.Events, text => !text.StartsWith("has", StringComparison.Ordinal));
        Assert.Empty(_source.Events);
    }

    [Fact]
    public async Task The_rate_counts_transferred_bytes_and_not_existing_ones()
    {
        var image = Image(MediaTypes.OciLayerGzip, "there already", "is sent");
        _target.Add("there already"u8.ToArray(), MediaTypes.OciLayerGzip);
        var progress = new CopyMonitor();
        await Copier.CopyAsync(new ImageSelection(_source, image), _target, Name, Options, progress, TestContext.Current.CancellationToken);
        Assert.Equal(image.References.Sum(blob => blob.Size), progress.Total);
        Assert.Equal(progress.Total, progress.Done);
        Assert.Equal(image.Config.Size + "is sent".Length, progress.Moved);
    }

    private static EncodingKey Key(Descriptor layer) =>
        Core.Compression.EncodingSettings.Create(Core.Compression.LayerFormat.Gzip).KeyOf(layer.Digest);

    private static byte[] Config() => """{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"""u8.ToArray();

    private static Descriptor On(Manifest manifest, string platform) => manifest.Descriptor with { Platform = Platform.Parse(platform) };

    private static Descriptor Attests(Manifest manifest, Manifest about) => manifest.Descriptor with
    {
        Platform = Platform.Unknown,
        Annotations = new Dictionary<string, string>
        {
            [AnnotationKeys.DockerReferenceType] = "attestation-manifest",
            [AnnotationKeys.DockerReferenceDigest] = about.Digest.ToString(),
        },
    };

    private ImageManifest Image(string layerType, params string[] layers) => _source.Add(ImageManifest.Create(
        MediaTypes.OciManifest,
        _source.Add(Config(), MediaTypes.OciConfig),
        layers.Select(layer => _source.Add(System.Text.Encoding.UTF8.GetBytes(layer), layerType))));

    private async Task<ImageManifest> EncodedImageAsync(byte[] plain, Digest diffId, Core.Compression.LayerFormat format)
    {
        var encoded = new MemoryStream();
        var settings = Core.Compression.EncodingSettings.Create(format);
        await Core.Compression.LayerEncoder.EncodeAsync(new MemoryStream(plain), encoded, settings, TestContext.Current.CancellationToken);
        var config = System.Text.Encoding.UTF8.GetBytes(
            $$$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["{{{diffId}}}"]}}""");
        return _source.Add(ImageManifest.Create(
            MediaTypes.OciManifest, _source.Add(config, MediaTypes.OciConfig),
            [_source.Add(encoded.ToArray(), settings.MediaType(docker: false))]));
    }

    private ImageIndex Index()
    {
        var (amd, arm) = (Image(MediaTypes.OciLayerGzip, "amd"), Image(MediaTypes.OciLayerGzip, "arm"));
        var attestation = Image("application/vnd.in-toto+json", "attestation");
        return _source.Add(ImageIndex.Create(MediaTypes.OciIndex,
            [On(amd, "linux/amd64"), On(arm, "linux/arm64/v8"), Attests(attestation, amd)]));
    }

    private Task<CopyResult> CopyAsync(Manifest root, CopyOptions? options = null, bool isRewritable = false, ImageReference? name = null)
    {
        _source.Rewritable.UnionWith(isRewritable ? [root.Digest] : []);
        return Copier.CopyAsync(
            new ImageSelection(_source, root), _target, name ?? Name, (options ?? new CopyOptions()) with { Logger = _log },
            new CopyMonitor(),
            TestContext.Current.CancellationToken);
    }
}
