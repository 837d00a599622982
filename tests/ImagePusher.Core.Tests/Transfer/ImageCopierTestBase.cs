using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Transfer;

/// <summary>What tests of the copier share: a source and a target in memory, and images of given layers.</summary>
public abstract class ImageCopierTestBase : IDisposable
{
    private protected static readonly ImageReference Name = ImageReference.Parse("example.com/app:1.0");
    private protected readonly MemoryStore _source = new("source");
    private protected readonly MemoryStore _target = new("target");
    private protected readonly MemoryEncodings _encodings = new();
    private protected readonly TransferSlots _slots = new();
    private protected readonly RecordingLogger _log = new();

    private protected CopyOptions Options => new() { Logger = _log };

    private protected ImageCopier Copier => new(_slots, _encodings);

    public void Dispose()
    {
        _slots.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static EncodingKey Key(Descriptor layer) =>
        Core.Compression.EncodingSettings.Create(Core.Compression.LayerFormat.Gzip).KeyOf(layer.Digest);

    private protected static byte[] Config() =>
        """{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"""u8.ToArray();

    private protected static Descriptor On(Manifest manifest, string platform) =>
        manifest.Descriptor with { Platform = Platform.Parse(platform) };

    private protected static Descriptor Attests(Manifest manifest, Manifest about) => manifest.Descriptor with
    {
        Platform = Platform.Unknown,
        Annotations = new Dictionary<string, string>
        {
            [AnnotationKeys.DockerReferenceType] = "attestation-manifest",
            [AnnotationKeys.DockerReferenceDigest] = about.Digest.ToString(),
        },
    };

    private protected ImageManifest Image(string layerType, params string[] layers) => _source.Add(ImageManifest.Create(
        MediaTypes.OciManifest,
        _source.Add(Config(), MediaTypes.OciConfig),
        layers.Select(layer => _source.Add(System.Text.Encoding.UTF8.GetBytes(layer), layerType))));

    private protected async Task<ImageManifest> EncodedImageAsync(byte[] plain, Digest diffId, Core.Compression.LayerFormat format)
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

    private protected ImageIndex Index()
    {
        var (amd, arm) = (Image(MediaTypes.OciLayerGzip, "amd"), Image(MediaTypes.OciLayerGzip, "arm"));
        var attestation = Image("application/vnd.in-toto+json", "attestation");
        return _source.Add(ImageIndex.Create(MediaTypes.OciIndex,
            [On(amd, "linux/amd64"), On(arm, "linux/arm64/v8"), Attests(attestation, amd)]));
    }

    private protected Task<CopyResult> CopyAsync(
        Manifest root, CopyOptions? options = null, bool isRewritable = false, ImageReference? name = null)
    {
        _source.Rewritable.UnionWith(isRewritable ? [root.Digest] : []);
        return Copier.CopyAsync(
            new ImageSelection(_source, root), _target, name ?? Name, (options ?? new CopyOptions()) with { Logger = _log },
            new CopyMonitor(),
            TestContext.Current.CancellationToken);
    }
}
