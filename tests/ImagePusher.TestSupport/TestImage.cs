using System.Text;
using System.Text.Json;

namespace ImagePusher.TestSupport;

/// <summary>The bytes of an OCI image with specified layers, for tests of transport: the layers need not be tars.</summary>
/// <param name="Config">The image's config.</param>
/// <param name="Manifest">The image's manifest.</param>
/// <param name="Layers">The stored layers.</param>
public sealed record TestImage(byte[] Config, byte[] Manifest, IReadOnlyList<byte[]> Layers)
{
    /// <summary>The manifest's media type.</summary>
    public const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>The media type of an index.</summary>
    public const string IndexType = "application/vnd.oci.image.index.v1+json";

    private const string ConfigType = "application/vnd.oci.image.config.v1+json";
    private const string LayerType = "application/vnd.oci.image.layer.v1.tar";

    /// <summary>The manifest's digest.</summary>
    public string Digest => Http.DigestOf(Manifest);

    /// <summary>An image for linux/amd64 of these layers.</summary>
    public static TestImage Of(params IReadOnlyList<byte[]> layers)
    {
        var config = JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture = "amd64",
            os = "linux",
            rootfs = new { type = "layers", diff_ids = layers.Select(layer => Http.DigestOf(layer)) },
        });
        var descriptors = layers.Select(layer => Descriptor(LayerType, layer));
        var manifest = $$"""
            {"schemaVersion":2,"mediaType":"{{ManifestType}}",
            "config":{{Descriptor(ConfigType, config)}},"layers":[{{string.Join(',', descriptors)}}]}
            """;
        return new TestImage(config, System.Text.Encoding.UTF8.GetBytes(manifest), layers);
    }

    /// <summary>An index of two images: one for linux/amd64 and one for linux/arm64.</summary>
    public static byte[] IndexOf(TestImage amd64, TestImage arm64)
    {
        string[] entries =
        [
            .. new[] { (Image: amd64, Architecture: "amd64"), (Image: arm64, Architecture: "arm64") }.Select(entry =>
                $$"""
                    {"mediaType":"{{ManifestType}}","digest":"{{entry.Image.Digest}}",
                    "size":{{entry.Image.Manifest.Length}},"platform":{"architecture":"{{entry.Architecture}}","os":"linux"} }
                    """),
        ];
        return Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{IndexType}}","manifests":[{{string.Join(',', entries)}}]}""");
    }

    private static string Descriptor(string mediaType, byte[] content) =>
        $$"""{"mediaType":"{{mediaType}}","digest":"{{Http.DigestOf(content)}}","size":{{content.Length}}}""";
}
