using System.Security.Cryptography;
using System.Text.Json;

namespace ImagePusher.Core.Oci;

/// <summary>A manifest or an index with the bytes it came in, which are what its digest is of.</summary>
/// <remarks>image-spec, manifest.md and image-index.md; distribution, image manifest v2 schema 2.</remarks>
public abstract class Manifest
{
    /// <summary>The most bytes a manifest may have: 4 MiB, as registries should accept (distribution-spec, Pushing Manifests).</summary>
    public const int MaximumSize = 4 * 1024 * 1024;

    private protected Manifest(byte[] raw, string mediaType, JsonElement root, HashAlgorithmName hash)
    {
        Raw = raw;
        Descriptor = new Descriptor(mediaType, Digest.Of(raw, hash), raw.Length);
        ArtifactType = root.Text("artifactType");
        Annotations = OciJson.ReadAnnotations(root);
        Subject = root.TryGetProperty("subject", out var subject) && subject.ValueKind == JsonValueKind.Object
            ? OciJson.ReadDescriptor(subject)
            : null;
    }

    /// <summary>The bytes as they came; never written back in another form.</summary>
    public ReadOnlyMemory<byte> Raw { get; }

    /// <summary>What names this manifest: its media type, the digest of <see cref="Raw"/>, and its length.</summary>
    public Descriptor Descriptor { get; }

    /// <summary>The manifest's media type.</summary>
    public string MediaType => Descriptor.MediaType;

    /// <summary>The digest of <see cref="Raw"/>: sha256, unless it was read by another.</summary>
    public Digest Digest => Descriptor.Digest;

    /// <summary>What kind of artifact this is, if it says so; null for an image.</summary>
    public string? ArtifactType { get; }

    /// <summary>The manifest's own annotations; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; }

    /// <summary>The manifest that this one refers to (a signature's image); null for most.</summary>
    public Descriptor? Subject { get; }

    /// <summary>Everything that this manifest names and that must be there before it.</summary>
    public abstract IEnumerable<Descriptor> References { get; }

    /// <summary>
    /// Reads a manifest or an index. Its kind is told by <paramref name="mediaType"/> (a Content-Type without parameters,
    /// or an index entry's type), else by its own field, else by its structure.
    /// </summary>
    /// <param name="raw">The manifest's bytes.</param>
    /// <param name="mediaType">What names it calls it; null where nobody does.</param>
    /// <param name="hash">The hash of the digest that it is known by: SHA256 unless told, or SHA512.</param>
    /// <exception cref="FormatException">The bytes are no manifest; the message says why, without a subject.</exception>
    public static Manifest Parse(byte[] raw, string? mediaType = null, HashAlgorithmName? hash = null)
    {
        ArgumentNullException.ThrowIfNull(raw);
        if (raw.Length > MaximumSize)
        {
            throw new FormatException($"it has {raw.Length} bytes, and a manifest may have {MaximumSize}");
        }

        try
        {
            using var document = JsonDocument.Parse(raw);
            return Read(raw, mediaType, document.RootElement, hash ?? HashAlgorithmName.SHA256);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // JsonElement throws the second for text that is no Unicode.
            throw new FormatException("it is not JSON: " + error.Message, error);
        }
    }

    private static Manifest Read(byte[] raw, string? mediaType, JsonElement root, HashAlgorithmName hash)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("it is not a JSON object");
        }

        // One document that is both could be read as one thing here and as another there (GHSA-mc8v-mgrj-8m23).
        var (hasManifests, hasLayers) = (root.TryGetProperty("manifests", out _), root.TryGetProperty("layers", out _) || root.TryGetProperty("config", out _));
        if (hasManifests && hasLayers)
        {
            throw new FormatException("it has both 'manifests' and 'layers' or 'config', so it could be read as two different things");
        }

        var own = root.Text("mediaType");
        var type = Known(mediaType) ?? Known(own);
        if (MediaTypes.IsSchema1(type) || (type is null && root.TryGetProperty("fsLayers", out _)))
        {
            throw new FormatException("it is a docker schema 1 manifest, a format without digests for its layers' content that no registry should serve any more; save or push the image again with a current tool");
        }

        if (type is null && MediaTypes.OciArtifactManifest is var artifact && (mediaType == artifact || own == artifact))
        {
            throw new FormatException("it is an OCI artifact manifest, a form that the specification took back before its version 1.1; push the artifact again with a current tool");
        }

        type ??= hasManifests ? MediaTypes.OciIndex : hasLayers ? MediaTypes.OciManifest : throw new FormatException("it has neither 'manifests' nor 'layers'");
        if (MediaTypes.IsIndex(type) != hasManifests || (own is not null && Known(own) is not null && MediaTypes.IsIndex(own) != hasManifests))
        {
            throw new FormatException($"it is named {type}, but its content is something else");
        }

        return MediaTypes.IsIndex(type) ? new ImageIndex(raw, type, root, hash) : new ImageManifest(raw, type, root, hash);
    }

    private static string? Known(string? mediaType) =>
        MediaTypes.IsIndex(mediaType) || MediaTypes.IsManifest(mediaType) || MediaTypes.IsSchema1(mediaType) ? mediaType : null;
}
