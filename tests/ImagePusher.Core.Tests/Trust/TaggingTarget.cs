using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Tests.Transfer;

namespace ImagePusher.Core.Tests.Trust;

/// <summary>A store in memory that adds a subject to the content published under a tag.</summary>
internal sealed class TaggingTarget(MemoryStore place, Digest image) : IImageTarget
{
    public string Description => place.Description;

    public int ParallelBlobs => place.ParallelBlobs;

    public Task<bool> HasBlobAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        place.HasBlobAsync(descriptor, cancellationToken);

    public Task<Digest?> FindPublishedAsync(ImageReference name, CancellationToken cancellationToken) =>
        place.FindPublishedAsync(name, cancellationToken);

    public Task<bool> TryMountAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        place.TryMountAsync(descriptor, cancellationToken);

    public string? MountCandidate(Descriptor descriptor) => null;

    public Task<BlobIdentity> WriteBlobAsync(BlobSource blob, CancellationToken cancellationToken) =>
        place.WriteBlobAsync(blob, cancellationToken);

    public Task PutManifestAsync(Manifest manifest, CancellationToken cancellationToken) =>
        place.PutManifestAsync(manifest, cancellationToken);

    public async Task PublishAsync(Manifest manifest, ImageReference name, Digest? source, CancellationToken cancellationToken)
    {
        await place.PublishAsync(manifest, name, source, cancellationToken);
        place.Tagged[image] = [new TaggedReferrer(name.Tag!, manifest.Descriptor)];
    }
}
