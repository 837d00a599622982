using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <content>The internal interface for the copier.</content>
public sealed partial class ImageCache
{
    string IImageSource.Description => Description;

    string IImageTarget.Description => Description;

    int IImageTarget.ParallelBlobs => 8;

    Task<bool> IImageSource.ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        ContainsAsync(descriptor, cancellationToken);

    // The copier verifies what it reads, once.
    Task<Stream> IImageSource.OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken) =>
        OpenUnverifiedAsync(descriptor, offset, cancellationToken);

    Task<IReadOnlyList<TaggedReferrer>> IReferrerSource.GetTaggedReferrersAsync(Digest digest, CancellationToken cancellationToken) =>
        GetTaggedReferrersAsync(digest, cancellationToken);

    IReferrerSource IReferrerSource.ReferrersIn(ImageReference? image) => new CacheReferrers(this, image);

    Task<bool> IImageTarget.HasBlobAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        HasBlobAsync(descriptor, cancellationToken);

    Task<Digest?> IImageTarget.FindPublishedAsync(ImageReference name, CancellationToken cancellationToken) =>
        FindPublishedAsync(name, cancellationToken);

    // A cache stores all its blobs in one folder, so that blobs are never mounted.
    string? IImageTarget.MountCandidate(Descriptor descriptor) => null;

    Task<bool> IImageTarget.TryMountAsync(Descriptor descriptor, CancellationToken cancellationToken) => Task.FromResult(false);

    Task<BlobIdentity> IImageTarget.WriteBlobAsync(BlobSource blob, CancellationToken cancellationToken) =>
        WriteBlobAsync(blob, cancellationToken);

    Task IImageTarget.PutManifestAsync(Manifest manifest, CancellationToken cancellationToken) =>
        PutManifestAsync(manifest, cancellationToken);

    Task IImageTarget.PublishAsync(Manifest manifest, ImageReference name, Digest? source, CancellationToken cancellationToken) =>
        PublishAsync(manifest, name, source, cancellationToken);

    Task IImageTarget.PublishReferrerAsync(Manifest manifest, ImageReference name, Digest subject, CancellationToken cancellationToken) =>
        PublishAsync(manifest, name, null, subject, cancellationToken);
}
