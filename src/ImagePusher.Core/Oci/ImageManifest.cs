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
        Config = root.Property("config") is { } config ? OciJson.ReadDescriptor(config) : throw new FormatException("it has no 'config'");
        Layers = OciJson.ReadDescriptors(root, "layers");
        if (Layers.FirstOrDefault(layer => layer.Digest == Config.Digest && layer.Size != Config.Size) is { } layer)
        {
            throw new FormatException($"it names {layer.Digest} with two sizes");
        }
    }

    /// <summary>The config blob.</summary>
    public Descriptor Config { get; }

    /// <summary>The layers, base layer first.</summary>
    public IReadOnlyList<Descriptor> Layers { get; }

    /// <summary>True for a container image; false for an artifact (a chart, an SBOM, a signature).</summary>
    public bool IsImage => MediaTypes.IsImageConfig(Config.MediaType);

    /// <summary>
    /// True for an image with a file system layer or without layers. The signatures and attestations of cosign have the
    /// config of an image, and layers of other types.
    /// </summary>
    internal bool HasFileSystem => IsImage && (Layers.Count == 0 || Layers.Any(layer => MediaTypes.IsFileSystem(layer.MediaType)));

    /// <summary>The config and the layers that a registry stores: foreign layers with URLs are omitted.</summary>
    public override IEnumerable<Descriptor> References => Layers.Where(layer => !layer.IsExternal).Prepend(Config);

    /// <summary>Creates a manifest in canonical form.</summary>
    /// <param name="mediaType">That of an OCI or docker image manifest.</param>
    /// <param name="config">The config blob.</param>
    /// <param name="layers">The layers, base layer first.</param>
    /// <param name="annotations">Annotations; only OCI manifests have them.</param>
    /// <returns>The manifest.</returns>
    internal static ImageManifest Create(
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

    /// <summary>
    /// The manifest with another media type, config or layers. All other fields keep their bytes, except that docker's
    /// manifests have no annotations, artifact type and subject.
    /// </summary>
    internal ImageManifest With(string mediaType, Descriptor config, IReadOnlyList<Descriptor> layers)
    {
        var raw = Raw.Span;
        var toDocker = mediaType == MediaTypes.DockerManifest && MediaType != mediaType;
        var values = new Dictionary<string, byte[]?>
        {
            ["config"] = DescriptorEdit.One(JsonEdit.Get(raw, "config"), Config, config),
            ["layers"] = DescriptorEdit.List(JsonEdit.Get(raw, "layers"), Layers, layers, toDocker),
        };
        if (mediaType != MediaType)
        {
            values["mediaType"] = JsonEdit.Text(mediaType);
        }

        if (toDocker)
        {
            values["annotations"] = values["artifactType"] = values["subject"] = null;
        }

        return (ImageManifest)Parse(JsonEdit.Set(raw, values), mediaType, Digest.HashName);
    }
}
