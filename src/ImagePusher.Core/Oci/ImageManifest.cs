using System.Security.Cryptography;
using System.Text.Json;

namespace ImagePusher.Core.Oci;

/// <summary>The manifest of one image (a config and layers) or of one artifact.</summary>
/// <remarks>image-spec, manifest.md.</remarks>
public sealed class ImageManifest : Manifest
{
    internal ImageManifest(byte[] raw, string mediaType, JsonElement root, HashAlgorithmName hash)
        : base(raw, mediaType, root, hash)
    {
        Config = root.TryGetProperty("config", out var config)
            ? OciJson.ReadDescriptor(config)
            : throw new FormatException("it has no 'config'");
        Layers = OciJson.ReadDescriptors(root, "layers");
    }

    /// <summary>The config blob.</summary>
    public Descriptor Config { get; }

    /// <summary>The layers, lowest first.</summary>
    public IReadOnlyList<Descriptor> Layers { get; }

    /// <summary>True for an image that runs; false for an artifact (a chart, an SBOM, a signature).</summary>
    public bool IsImage => MediaTypes.IsImageConfig(Config.MediaType);

    /// <summary>The config and the layers that a registry stores: foreign layers are left out.</summary>
    public override IEnumerable<Descriptor> References => Layers.Where(layer => !MediaTypes.IsForeign(layer.MediaType)).Prepend(Config);

    /// <summary>A new manifest in its canonical bytes.</summary>
    /// <param name="mediaType"><see cref="MediaTypes.OciManifest"/> or <see cref="MediaTypes.DockerManifest"/>.</param>
    /// <param name="config">The config blob.</param>
    /// <param name="layers">The layers, lowest first.</param>
    /// <param name="annotations">Annotations; only OCI manifests have them.</param>
    public static ImageManifest Create(
        string mediaType, Descriptor config, IEnumerable<Descriptor> layers, IReadOnlyDictionary<string, string>? annotations = null)
    {
        var raw = OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("schemaVersion", 2);
            writer.WriteString("mediaType", mediaType);
            writer.WritePropertyName("config");
            OciJson.WriteDescriptor(writer, config);
            OciJson.WriteDescriptors(writer, "layers", layers);
            OciJson.WriteAnnotations(writer, annotations ?? Descriptor.EmptyAnnotations);
            writer.WriteEndObject();
        });
        return (ImageManifest)Parse(raw, mediaType);
    }
}
