using System.Security.Cryptography;
using System.Text.Json;

namespace ImagePusher.Core.Oci;

/// <summary>A list of manifests, usually one per platform: an OCI index or a docker manifest list.</summary>
/// <remarks>image-spec, image-index.md.</remarks>
public sealed class ImageIndex : Manifest
{
    internal ImageIndex(byte[] raw, string mediaType, JsonElement root, HashAlgorithmName hash)
        : base(raw, mediaType, root, hash) => Manifests = OciJson.ReadDescriptors(root, "manifests");

    /// <summary>The entries in the index's order. An entry of an unknown media type refers to a blob.</summary>
    public IReadOnlyList<Descriptor> Manifests { get; }

    /// <inheritdoc/>
    public override IEnumerable<Descriptor> References => Manifests;

    /// <summary>Creates an index in canonical form.</summary>
    /// <param name="mediaType">That of an OCI index or of a docker manifest list.</param>
    /// <param name="manifests">The entries.</param>
    /// <param name="annotations">Annotations; null for none.</param>
    /// <returns>The index.</returns>
    internal static ImageIndex Create(
        string mediaType, IEnumerable<Descriptor> manifests, IReadOnlyDictionary<string, string>? annotations = null)
    {
        var raw = OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("schemaVersion", 2);
            writer.WriteString("mediaType", mediaType);
            OciJson.WriteDescriptors(writer, "manifests", manifests);
            OciJson.WriteAnnotations(writer, annotations ?? Descriptor.EmptyAnnotations);
            writer.WriteEndObject();
        });
        return (ImageIndex)Parse(raw, mediaType);
    }

    /// <summary>
    /// The index with changed or removed entries; the same one if nothing changes. All other fields keep their bytes, and the
    /// digest keeps its algorithm.
    /// </summary>
    /// <param name="entries">The new entries, in order; null for those that are removed.</param>
    internal ImageIndex With(IReadOnlyList<Descriptor?> entries)
    {
        var isSame = Manifests.Zip(entries).All(pair => ReferenceEquals(pair.First, pair.Second));
        var list = isSame ? [] : DescriptorEdit.List(JsonEdit.Get(Raw.Span, "manifests"), Manifests, entries);
        return isSame ? this : (ImageIndex)Parse(
            JsonEdit.Set(Raw.Span, new Dictionary<string, byte[]?> { ["manifests"] = list }), MediaType, Digest.HashName);
    }
}
