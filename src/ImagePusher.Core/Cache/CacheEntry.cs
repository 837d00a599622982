using System.Globalization;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>One entry of the cache's index: a manifest and its name in the cache.</summary>
/// <param name="Descriptor">The manifest, with the entry's annotations.</param>
/// <remarks>image-spec, image-layout.md#indexjson-file.</remarks>
public sealed record CacheEntry(Descriptor Descriptor)
{
    /// <summary>The annotation with the digest that an image was created from.</summary>
    internal const string SourceDigestKey = "io.imagepusher.source-digest";

    /// <summary>The annotation with the time at which an image was saved (RFC 3339).</summary>
    internal const string SavedKey = "io.imagepusher.saved";

    /// <summary>The annotation with the digest of the manifest's subject, so that referrers are found without reading manifests.</summary>
    internal const string SubjectKey = "io.imagepusher.subject";

    /// <summary>The annotation with the digest of the manifest that a referrer was copied along with.</summary>
    internal const string ReferrerKey = "io.imagepusher.referrer-of";

    /// <summary>The manifest's digest.</summary>
    public Digest Digest => Descriptor.Digest;

    /// <summary>
    /// The name as it is written in the index: <c>io.containerd.image.name</c>, else <c>org.opencontainers.image.ref.name</c>;
    /// null if the entry has neither. ImagePusher writes full references; other tools also write a tag or a word.
    /// </summary>
    public string? Name => Annotation(AnnotationKeys.ContainerdImageName) ?? Annotation(AnnotationKeys.RefName);

    /// <summary>The name as a full reference; null if it is not one by itself (<c>app</c>, <c>1.0</c>).</summary>
    public ImageReference? Reference =>
        Name is { } name && name.AsSpan().ContainsAny("/:") && ImageReference.TryParse(name, out var reference) ? reference : null;

    /// <summary>The digest that the image was created from (of the index whose only platform this is); null if it was not
    /// changed.</summary>
    public Digest? SourceDigest => Digest.TryParse(Annotation(SourceDigestKey), out var digest) ? digest : null;

    /// <summary>The time at which the image was saved; null if another tool wrote the entry.</summary>
    public DateTimeOffset? Saved => DateTimeOffset.TryParse(
        Annotation(SavedKey), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var saved) ? saved : null;

    /// <summary>The digest of the manifest's subject; null if it has none, or another tool wrote the entry.</summary>
    public Digest? Subject => Digest.TryParse(Annotation(SubjectKey), out var digest) ? digest : null;

    /// <summary>
    /// The digest of the manifest that this one was copied along with, such as the image of a signature: the entry is not listed as an
    /// image, and is removed by garbage collection once the cache no longer has that manifest. Null for an image.
    /// </summary>
    internal Digest? ReferrerOf => Digest.TryParse(Annotation(ReferrerKey), out var digest) ? digest : null;

    /// <summary>True if the entry has exactly this name, in either annotation.</summary>
    public bool IsNamed(string name) =>
        Annotation(AnnotationKeys.ContainerdImageName) == name || Annotation(AnnotationKeys.RefName) == name;

    /// <summary>The name, else the digest.</summary>
    public override string ToString() => Name ?? Digest.ToString();

    /// <summary>Creates the entry of a manifest.</summary>
    internal static CacheEntry Create(
        Manifest manifest, string name, Digest? source, DateTimeOffset saved, Digest? referrerOf = null)
    {
        var annotations = new Dictionary<string, string>
        {
            [AnnotationKeys.ContainerdImageName] = name,
            [AnnotationKeys.RefName] = name,
            [SavedKey] = saved.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
        };
        if (source is not null && source != manifest.Digest)
        {
            annotations[SourceDigestKey] = source.ToString();
        }

        if (manifest.Subject is { } subject)
        {
            annotations[SubjectKey] = subject.Digest.ToString();
        }

        if (referrerOf is not null)
        {
            annotations[ReferrerKey] = referrerOf.ToString();
        }

        return new CacheEntry(new Descriptor(manifest.MediaType, manifest.Digest, manifest.Descriptor.Size)
        {
            ArtifactType = manifest.ArtifactType,
            Annotations = annotations,
        });
    }

    /// <summary>The same entry under another name.</summary>
    internal CacheEntry WithName(string name) => new(Descriptor with
    {
        Annotations = new Dictionary<string, string>(Descriptor.Annotations)
        {
            [AnnotationKeys.ContainerdImageName] = name,
            [AnnotationKeys.RefName] = name,
        },
    });

    private string? Annotation(string key) => Descriptor.Annotations.GetValueOrDefault(key) is { Length: > 0 } value ? value : null;
}
