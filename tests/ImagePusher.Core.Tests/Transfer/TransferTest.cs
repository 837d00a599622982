using System.Text;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Transfer;

/// <summary>The base class of tests of the copier: a source and a target in memory, and images from specified JSON.</summary>
public abstract class TransferTest : IDisposable
{
    private readonly TransferSlots _slots = new();

    private protected static ImageReference Name { get; } = ImageReference.Parse("example.com/app:1.0");

    private protected MemoryStore Source { get; } = new("source");

    private protected MemoryStore Target { get; } = new("target");

    private protected MemoryEncodings Encodings { get; } = new();

    private protected RecordingLogger Log { get; } = new();

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => _slots.Dispose();

    private protected static string Json(Descriptor descriptor, string fields = "") =>
        $$"""
            {"mediaType":"{{descriptor.MediaType}}","digest":"{{descriptor.Digest}}",
            "size":{{descriptor.Size}}{{(fields.Length > 0 ? "," + fields : "")}}}
            """;

    private protected Manifest Add(string json, string mediaType) => Source.Add(Manifest.Parse(Encoding.UTF8.GetBytes(json), mediaType));

    /// <summary>An index of entries that are JSON.</summary>
    private protected ImageIndex Index(string fields, params string[] entries) => (ImageIndex)Add(
        $$"""
            {"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}",
            "manifests":[{{string.Join(',', entries)}}]{{(fields.Length > 0 ? "," + fields : "")}}}
            """,
        MediaTypes.OciIndex);

    /// <summary>An image of one layer for a platform.</summary>
    private protected ImageManifest Image(string layer, string platform = "linux/amd64", string layerType = MediaTypes.OciLayerGzip,
        string fields = "")
    {
        var on = Platform.Parse(platform);
        var version = on.OsVersion is null ? "" : $",\"os.version\":\"{on.OsVersion}\"";
        var variant = on.Variant is null ? "" : $",\"variant\":\"{on.Variant}\"";
        var config = Source.Add(
            Encoding.UTF8.GetBytes($$"""
                {"architecture":"{{on.Architecture}}","os":"{{on.Os}}"{{version}}{{variant}},"rootfs":{"type":"layers",
                "diff_ids":[]} }
                """),
            MediaTypes.OciConfig);
        var content = Source.Add(Encoding.UTF8.GetBytes(layer), layerType);
        return (ImageManifest)Add(
            $$"""
                {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{{Json(config)}},
                "layers":[{{Json(content, "\"annotations\":{\"l\":\"1\"}")}}]{{(fields.Length > 0 ? "," + fields : "")}}}
                """,
            MediaTypes.OciManifest);
    }

    private protected Task<CopyResult> CopyAsync(Manifest root, CopyOptions? options = null) =>
        new ImageCopier(_slots, Encodings).CopyAsync(
        new ImageSelection(Source, root), Target, Name, (options ?? new CopyOptions()) with { Logger = Log }, new CopyMonitor(),
        TestContext.Current.CancellationToken);

    private protected Task<CopyResult> CopyAsync(Manifest root, params string[] platforms) =>
        CopyAsync(root, new CopyOptions { Platforms = [.. platforms.Select(Platform.Parse)] });

    private protected Manifest Copied(CopyResult result) => Target.Manifests[result.Manifest.Digest];

    private protected string CopiedJson(CopyResult result) => Encoding.UTF8.GetString(Copied(result).Raw.Span);
}
