using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Abstractions;

/// <summary>A target of images: a repository of a registry, a cache, an archive that is being written.</summary>
/// <remarks>Members are called concurrently.</remarks>
internal interface IImageTarget
{
    /// <summary>The name of the target in messages.</summary>
    string Description { get; }

    /// <summary>
    /// Identifies the store of the target's blobs. A blob that several targets with one store need is sent to one of them and
    /// mounted by the others.
    /// </summary>
    string Store => Description;

    /// <summary>The maximum number of concurrent blob transfers to this target.</summary>
    int ParallelBlobs { get; }

    /// <summary>True if the target verifies the digest of received bytes.</summary>
    bool VerifiesBlobs => false;

    /// <summary>The location of an existing blob, for messages; null if there is nothing to report.</summary>
    string? PlaceOf(Descriptor descriptor) => Description;

    /// <summary>True if the target has the blob.</summary>
    /// <param name="descriptor">The blob.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task<bool> HasBlobAsync(Descriptor descriptor, CancellationToken cancellationToken);

    /// <summary>
    /// The digest of the manifest that a name refers to; null if the name does not exist or referenced content is missing.
    /// </summary>
    /// <param name="name">The full name.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task<Digest?> FindPublishedAsync(ImageReference name, CancellationToken cancellationToken);

    /// <summary>Mounts a blob from another repository of the same store, if possible.</summary>
    /// <param name="descriptor">The blob.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>True if the target now has the blob.</returns>
    Task<bool> TryMountAsync(Descriptor descriptor, CancellationToken cancellationToken);

    /// <summary>The repository that <see cref="TryMountAsync"/> would take the blob from, or null. Sends no request.</summary>
    /// <param name="descriptor">The blob.</param>
    string? MountCandidate(Descriptor descriptor);

    /// <summary>
    /// Specifies that the repository of another name contains these blobs, so that a target with this repository can mount them. No request
    /// is sent. The default does nothing.
    /// </summary>
    /// <param name="origin">The name that the image came from.</param>
    /// <param name="blobs">The blobs of the image.</param>
    void SuggestOrigin(ImageReference origin, IEnumerable<Descriptor> blobs)
    {
    }

    /// <summary>Writes a blob; it is in place and verified when the task completes.</summary>
    /// <param name="blob">The content.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Digest and size of the blob.</returns>
    Task<BlobIdentity> WriteBlobAsync(BlobSource blob, CancellationToken cancellationToken);

    /// <summary>Stores a manifest under its digest. The content that it references exists.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task PutManifestAsync(Manifest manifest, CancellationToken cancellationToken);

    /// <summary>Stores a manifest and names it: by tag, or by digest if the name has no tag.</summary>
    /// <param name="manifest">The manifest. The content that it references exists.</param>
    /// <param name="name">The full name. A registry uses its tag, a cache all of it.</param>
    /// <param name="source">The digest that the manifest was created from; null if it is the source's own manifest.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task PublishAsync(Manifest manifest, ImageReference name, Digest? source, CancellationToken cancellationToken);

    /// <summary>
    /// Stores a manifest that was copied along with the image that it refers to, and names it: by tag, or by digest if the name has
    /// no tag. A target that lists images does not list it as one. The default publishes it like any other manifest.
    /// </summary>
    /// <param name="manifest">The manifest. The content that it references exists.</param>
    /// <param name="name">The full name, in the repository of the subject.</param>
    /// <param name="subject">The digest of the manifest that it refers to.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task PublishReferrerAsync(Manifest manifest, ImageReference name, Digest subject, CancellationToken cancellationToken) =>
        PublishAsync(manifest, name, null, cancellationToken);
}
