using System.Security.Cryptography;
using System.Text.Json;

namespace ImagePusher.Core.Oci;

/// <summary>A manifest or an index with its original bytes, which its digest is of.</summary>
/// <remarks>image-spec, manifest.md and image-index.md; distribution, image manifest v2 schema 2.</remarks>
public abstract class Manifest
{
    /// <summary>
    /// The maximum size of a manifest in bytes: 4 MiB, which registries should accept (distribution-spec, Pushing
    /// Manifests).
    /// </summary>
    public const int MaximumSize = 4 * 1024 * 1024;

    private protected Manifest(byte[] raw, string mediaType, JsonElement root, HashAlgorithmName hash)
    {
        Raw = raw;
        Descriptor = new Descriptor(mediaType, Digest.Of(raw, hash), raw.Length);
        ArtifactType = root.Text("artifactType");
        Annotations = OciJson.ReadAnnotations(root);
        Subject = root.Property("subject") is { ValueKind: JsonValueKind.Object } subject ? OciJson.ReadDescriptor(subject) : null;
    }

    /// <summary>The original bytes.</summary>
    public ReadOnlyMemory<byte> Raw { get; }

    /// <summary>The descriptor of this manifest: its media type, the digest of <see cref="Raw"/> and its length.</summary>
    public Descriptor Descriptor { get; }

    /// <summary>The manifest's media type.</summary>
    public string MediaType => Descriptor.MediaType;

    /// <summary>The digest of <see cref="Raw"/>: sha256, unless it was parsed with another algorithm.</summary>
    public Digest Digest => Descriptor.Digest;

    /// <summary>The type of an artifact; null for an image.</summary>
    public string? ArtifactType { get; }

    /// <summary>The manifest's own annotations; empty if there are none.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; }

    /// <summary>The manifest that this one refers to (a signature's image); null for most.</summary>
    public Descriptor? Subject { get; }

    /// <summary>The content that must exist before this manifest.</summary>
    public abstract IEnumerable<Descriptor> References { get; }

    /// <summary>
    /// Parses a manifest or an index. Its kind follows from <paramref name="mediaType"/> (a Content-Type without parameters,
    /// or an index entry's type), else from its own field, else from its structure.
    /// </summary>
    /// <param name="raw">The manifest's bytes.</param>
    /// <param name="mediaType">The media type of the descriptor or response; null if it has none.</param>
    /// <param name="hash">The hash algorithm of its digest: SHA256 (default) or SHA512.</param>
    /// <exception cref="FormatException">The bytes are not a manifest; the message says why, without a subject.</exception>
    internal static Manifest Parse(byte[] raw, string? mediaType = null, HashAlgorithmName? hash = null)
    {
        ArgumentNullException.ThrowIfNull(raw);
        if (raw.Length > MaximumSize)
        {
            throw new FormatException($"it has {raw.Length} bytes; the maximum size of a manifest is {MaximumSize} bytes");
        }

        try
        {
            using var document = JsonDocument.Parse(raw);
            return Read(raw, mediaType, document.RootElement, hash ?? HashAlgorithmName.SHA256);
        }
        catch (JsonException error)
        {
            throw new FormatException(OciJson.Describe(error), error);
        }
    }

    private static Manifest Read(byte[] raw, string? mediaType, JsonElement root, HashAlgorithmName hash)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("it is not a JSON object");
        }

        // A document that is both could be read as one thing here and as another there (GHSA-mc8v-mgrj-8m23).
        var (hasManifests, hasLayers) =
            (root.Property("manifests") is not null, root.Property("layers") is not null || root.Property("config") is not null);
        if (hasManifests && hasLayers)
        {
            throw new FormatException("it has both 'manifests' and 'layers' or 'config', which is ambiguous");
        }

        var own = root.Text("mediaType");
        var type = KindOf(mediaType, own, root) ?? (hasManifests ? MediaTypes.OciIndex
            : hasLayers ? MediaTypes.OciManifest
            : throw new FormatException("it has neither 'manifests' nor 'layers'"));
        if (MediaTypes.IsIndex(type) != hasManifests || (Known(own) is not null && MediaTypes.IsIndex(own) != hasManifests))
        {
            throw new FormatException($"its media type is {type}, but its content is that of another type");
        }

        return MediaTypes.IsIndex(type) ? new ImageIndex(raw, type, root, hash) : new ImageManifest(raw, type, root, hash);
    }

    /// <summary>The type that a response or the manifest itself states; null if neither states a known one.</summary>
    private static string? KindOf(string? mediaType, string? own, JsonElement root)
    {
        var type = Known(mediaType) ?? Known(own);
        if (MediaTypes.IsSchema1(type) || (type is null && root.Property("fsLayers") is not null))
        {
            throw new FormatException(
                "it is a docker schema 1 manifest, a format that is no longer supported; save or push the image again with a current tool");
        }

        return type is null && (mediaType == MediaTypes.OciArtifactManifest || own == MediaTypes.OciArtifactManifest)
            ? throw new FormatException(
                "it is an OCI artifact manifest, which was removed from the specification before version 1.1; "
                + "push the artifact again with a current tool")
            : type;
    }

    private static string? Known(string? mediaType) =>
        MediaTypes.IsIndex(mediaType) || MediaTypes.IsManifest(mediaType) || MediaTypes.IsSchema1(mediaType) ? mediaType : null;
}
