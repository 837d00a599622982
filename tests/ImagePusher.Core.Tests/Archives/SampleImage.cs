using System.Text.Json;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>An image in a docker archive or an OCI layout, with layers specified as bytes.</summary>
internal sealed class SampleImage
{
    public SampleImage(params byte[][] layers)
    {
        Layers = layers;
        DiffIds = [.. layers.Select(Sha256)];
        Config = JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture = "arm64",
            os = "linux",
            rootfs = new { type = "layers", diff_ids = DiffIds },
        });
    }

    public byte[][] Layers { get; }

    public string[] DiffIds { get; }

    public byte[] Config { get; }

    public string ConfigName => Hex(Config) + ".json";

    /// <summary>The config and layers under their names in a docker archive.</summary>
    public IEnumerable<(string Name, byte[] Content)> Files =>
        [.. Layers.Select((layer, position) => (LayerName(position), layer)), (ConfigName, Config)];

    /// <summary>The files of config, layers and manifest in an OCI layout.</summary>
    public IEnumerable<(string Name, byte[] Content)> Blobs =>
        [.. Layers.Append(Config).Append(Manifest()).Select(blob => ($"blobs/sha256/{Hex(blob)}", blob))];

    public string LayerName(int position) => $"{position}/layer.tar";

    /// <summary>The image in manifest.json.</summary>
    public object Entry(params string[]? tags) =>
        new { Config = ConfigName, RepoTags = tags, Layers = Layers.Select((_, position) => LayerName(position)) };

    /// <summary>The OCI manifest of the image with unchanged layers.</summary>
    public byte[] Manifest(string layerType = MediaTypes.OciLayer) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        schemaVersion = 2,
        mediaType = MediaTypes.OciManifest,
        config = Descriptor(Config, MediaTypes.OciConfig),
        layers = Layers.Select(layer => Descriptor(layer, layerType)),
    });

    /// <summary>A docker archive of this image.</summary>
    public TestTar Tar(params string[]? tags) => new TestTar().Files(Files).Json("manifest.json", new[] { Entry(tags) });

    /// <summary>An OCI archive of this image.</summary>
    public TestTar OciTar(Dictionary<string, string>? annotations = null) => new TestTar()
        .Files(Blobs).File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""")
        .Json("index.json", Index(Descriptor(Manifest(), MediaTypes.OciManifest, annotations)));

    public static object Index(params object[] manifests) => new { schemaVersion = 2, manifests };

    public static Dictionary<string, object> Descriptor(byte[] content, string mediaType, Dictionary<string, string>? annotations = null)
    {
        var descriptor = new Dictionary<string, object> { ["mediaType"] = mediaType, ["digest"] = Sha256(content),
            ["size"] = content.Length };
        if (annotations is not null)
        {
            descriptor["annotations"] = annotations;
        }

        return descriptor;
    }

    public static string Sha256(byte[] content) => Http.DigestOf(content);

    public static string Hex(byte[] content) => Sha256(content)["sha256:".Length..];

    /// <summary>Random bytes that do not start with the magic number of a compression format.</summary>
    public static byte[] Bytes(int seed, int length)
    {
        var bytes = Http.RandomBytes(length, seed);
        if (length > 0)
        {
            bytes[0] = (byte)'.';
        }

        return bytes;
    }
}
