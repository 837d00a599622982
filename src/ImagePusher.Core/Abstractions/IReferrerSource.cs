using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Abstractions;

/// <summary>A place that knows which manifests refer to which: signatures, SBOMs and attestations to their image.</summary>
public interface IReferrerSource : IImageSource
{
    /// <summary>The manifests whose subject is the given one (distribution-spec, Listing Referrers).</summary>
    /// <param name="digest">The subject's digest; it need not be there.</param>
    /// <param name="artifactType">The kind wanted; null for all.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ImagePusherException">They could not be listed.</exception>
    Task<IReadOnlyList<Descriptor>> GetReferrersAsync(Digest digest, string? artifactType, CancellationToken cancellationToken);

    /// <summary>The manifests that cosign keeps beside one by a tag made of its digest: <c>sha256-….sig</c>, <c>.att</c>, <c>.sbom</c>.</summary>
    /// <exception cref="ImagePusherException">They could not be asked for.</exception>
    Task<IReadOnlyList<TaggedReferrer>> GetTaggedReferrersAsync(Digest digest, CancellationToken cancellationToken);
}
