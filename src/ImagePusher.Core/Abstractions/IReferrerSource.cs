using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Abstractions;

/// <summary>A source that lists the referrers of manifests: signatures, SBOMs and attestations of images.</summary>
internal interface IReferrerSource : IImageSource
{
    /// <summary>Lists the manifests whose subject is a given one (distribution-spec, Listing Referrers).</summary>
    /// <param name="digest">The subject's digest; the subject need not exist.</param>
    /// <param name="artifactType">The artifact type to list; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ImagePusherException">The referrers could not be listed.</exception>
    Task<IReadOnlyList<Descriptor>> GetReferrersAsync(Digest digest, string? artifactType, CancellationToken cancellationToken);

    /// <summary>Lists the manifests that cosign relates to a subject by tags: <c>sha256-….sig</c>, <c>.att</c>, <c>.sbom</c>.</summary>
    /// <param name="digest">The subject's digest.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ImagePusherException">The tags could not be read.</exception>
    Task<IReadOnlyList<TaggedReferrer>> GetTaggedReferrersAsync(Digest digest, CancellationToken cancellationToken);

    /// <summary>
    /// The view of the source from an image: of the tags that relate manifests to a subject, those beside the image's own name.
    /// A cache or archive holds several repositories, in which such a tag may name different manifests. By default the source itself.
    /// </summary>
    /// <param name="image">The name of the image in the source; null if it has none: tags of all repositories count.</param>
    IReferrerSource ReferrersIn(ImageReference? image) => this;
}
