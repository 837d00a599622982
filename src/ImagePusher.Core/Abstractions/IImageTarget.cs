using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Abstractions;

/// <summary>A place that images are written to: a repository of a registry, the cache, a tar that is being made.</summary>
/// <remarks>Members are called from several threads at once.</remarks>
public interface IImageTarget
{
    /// <summary>The place's name, for messages.</summary>
    string Description { get; }

    /// <summary>
    /// Where this place's blobs lie. Targets with one store can take blobs from each other, so a blob that several of them
    /// need is sent there once and then mounted.
    /// </summary>
    string Store => Description;

    /// <summary>The most blobs to send at once here; what the caller allows may be fewer.</summary>
    int ParallelBlobs { get; }

    /// <summary>True if the blob is there already.</summary>
    Task<bool> HasBlobAsync(Descriptor descriptor, CancellationToken cancellationToken);

    /// <summary>
    /// What a name stands for here: the digest of its manifest, if nothing that the manifest needs is missing; else null.
    /// If it is the digest that is to be published, there is nothing to do.
    /// </summary>
    Task<Digest?> FindPublishedAsync(ImageReference name, CancellationToken cancellationToken);

    /// <summary>True if the place can take the blob from another repository of its own, and has done so now.</summary>
    Task<bool> TryMountAsync(Descriptor descriptor, CancellationToken cancellationToken);

    /// <summary>Where <see cref="TryMountAsync"/> would look: the other repository, or null. Asks nobody.</summary>
    string? MountCandidate(Descriptor descriptor);

    /// <summary>Writes a blob and says what it is; it is in place and verified when the task ends.</summary>
    Task<BlobIdentity> WriteBlobAsync(BlobSource blob, CancellationToken cancellationToken);

    /// <summary>Puts a manifest in place under its digest; what it names is there.</summary>
    Task PutManifestAsync(Manifest manifest, CancellationToken cancellationToken);

    /// <summary>Puts a manifest in place and names it: by tag, by digest where the name has no tag, or both as the place has it.</summary>
    /// <param name="manifest">The manifest; what it names is there.</param>
    /// <param name="name">The full name. A registry takes its tag, the cache all of it.</param>
    /// <param name="source">What the manifest was made from, if it is not what the source has under the name.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    Task PublishAsync(Manifest manifest, ImageReference name, Digest? source, CancellationToken cancellationToken);
}
