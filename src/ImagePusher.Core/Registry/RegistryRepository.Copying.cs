using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Registry;

/// <content>The internal interface for the copier.</content>
public sealed partial class RegistryRepository
{
    string IImageTarget.Store => Store;

    int IImageTarget.ParallelBlobs => ParallelBlobs;

    // A registry must reject other bytes (distribution-spec, Pushing blobs), and the digest in its response is compared.
    bool IImageTarget.VerifiesBlobs => true;

    Task<bool> IImageSource.ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        ContainsAsync(descriptor, cancellationToken);

    // The copier verifies what it reads, once.
    Task<Stream> IImageSource.OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken) =>
        OpenUnverifiedAsync(descriptor, offset, cancellationToken);

    Task<IReadOnlyList<TaggedReferrer>> IReferrerSource.GetTaggedReferrersAsync(Digest digest, CancellationToken cancellationToken) =>
        GetTaggedReferrersAsync(digest, cancellationToken);

    Task<Digest?> IImageTarget.FindPublishedAsync(ImageReference name, CancellationToken cancellationToken) =>
        FindPublishedAsync(name, cancellationToken);

    string? IImageTarget.MountCandidate(Descriptor descriptor) => MountCandidate(descriptor);

    Task<bool> IImageTarget.TryMountAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        TryMountAsync(descriptor, cancellationToken);

    Task<BlobIdentity> IImageTarget.WriteBlobAsync(BlobSource blob, CancellationToken cancellationToken) =>
        WriteBlobAsync(blob, cancellationToken);

    Task IImageTarget.PutManifestAsync(Manifest manifest, CancellationToken cancellationToken) =>
        PutManifestAsync(manifest, cancellationToken);

    Task IImageTarget.PublishAsync(Manifest manifest, ImageReference name, Digest? source, CancellationToken cancellationToken) =>
        PublishAsync(manifest, name, source, cancellationToken);
}
