using System.Security.Cryptography;
using System.Text.Json;

namespace ImagePusher.Core.Oci;

/// <summary>A list of manifests, one a platform: an OCI index or a docker manifest list.</summary>
/// <remarks>image-spec, image-index.md.</remarks>
public sealed class ImageIndex : Manifest
{
    internal ImageIndex(byte[] raw, string mediaType, JsonElement root, HashAlgorithmName hash)
        : base(raw, mediaType, root, hash) => Manifests = OciJson.ReadDescriptors(root, "manifests");

    /// <summary>The manifests, in the index's order.</summary>
    public IReadOnlyList<Descriptor> Manifests { get; }

    /// <inheritdoc/>
    public override IEnumerable<Descriptor> References => Manifests;

    /// <summary>A new index in its canonical bytes.</summary>
    public static ImageIndex Create(
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
    /// The entries for the wanted platforms, with the attestations about them, in the index's order. For each wanted
    /// platform the first entry that satisfies it is taken.
    /// </summary>
    /// <param name="wanted">The platforms; at least one.</param>
    /// <param name="missing">The wanted platforms that no entry satisfies.</param>
    public IReadOnlyList<Descriptor> Select(IReadOnlyCollection<Platform> wanted, out IReadOnlyList<Platform> missing)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var images = Manifests.Where(entry => !entry.IsAttestation && entry.Platform is not null).ToList();
        var chosen = wanted.ToDictionary(platform => platform, platform =>
            images.Find(entry => entry.Platform! == platform) ?? images.Find(entry => entry.Platform!.Satisfies(platform)));
        missing = [.. chosen.Where(pair => pair.Value is null).Select(pair => pair.Key)];
        var digests = chosen.Values.OfType<Descriptor>().Select(entry => entry.Digest.ToString()).ToHashSet();
        return [.. Manifests.Where(entry => digests.Contains(entry.Digest.ToString())
            || (entry.IsAttestation && digests.Contains(entry.Annotations.GetValueOrDefault(AnnotationKeys.DockerReferenceDigest) ?? "")))];
    }
}
