using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Abstractions;

/// <summary>A source of several repositories with the referrers that belong to one of them.</summary>
/// <param name="source">The source.</param>
internal abstract class ReferrerView(IImageSource source) : IReferrerSource, IDerivedSource
{
    public IImageSource Origin => source;

    public string Description => source.Description;

    public abstract Task<IReadOnlyList<Descriptor>> GetReferrersAsync(
        Digest digest, string? artifactType, CancellationToken cancellationToken);

    public abstract Task<IReadOnlyList<TaggedReferrer>> GetTaggedReferrersAsync(Digest digest, CancellationToken cancellationToken);

    public Task<Manifest> ResolveAsync(string nameOrDigest, CancellationToken cancellationToken) =>
        source.ResolveAsync(nameOrDigest, cancellationToken);

    public Task<Manifest> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        source.GetManifestAsync(descriptor, cancellationToken);

    public Task<bool> ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        source.ContainsAsync(descriptor, cancellationToken);

    public Task<Stream> OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken) =>
        source.OpenBlobAsync(descriptor, offset, cancellationToken);

    /// <summary>The descriptor of a referrer as in the list of a registry: with its artifact type, or the type of its config, and its
    /// annotations.</summary>
    public static Descriptor Describe(Manifest referrer) => referrer.Descriptor with
    {
        ArtifactType = referrer.ArtifactType ?? (referrer as ImageManifest)?.Config.MediaType,
        Annotations = referrer.Annotations,
    };
}
