using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Abstractions;

/// <summary>A source of images: a repository of a registry, a cache, an archive.</summary>
/// <remarks>Members are called concurrently.</remarks>
internal interface IImageSource
{
    /// <summary>The name of the source in messages: <c>localhost:5000/team/app</c>, <c>the cache /…</c>, <c>app.tar</c>.</summary>
    string Description { get; }

    /// <summary>Reads a manifest by name or digest.</summary>
    /// <param name="nameOrDigest">A digest, or a name: a tag in a repository, a full reference in a cache or archive.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ImagePusherException">The manifest does not exist or cannot be read.</exception>
    Task<Manifest> ResolveAsync(string nameOrDigest, CancellationToken cancellationToken);

    /// <summary>Reads the manifest of a descriptor and verifies its digest and size.</summary>
    /// <param name="descriptor">The descriptor, such as an entry of an index.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ImagePusherException">The manifest does not exist or cannot be read.</exception>
    Task<Manifest> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken);

    /// <summary>
    /// True if the source has the manifest or blob. An archive or cache may lack content that an index references; a registry
    /// must not, and returns true without a request.
    /// </summary>
    /// <param name="descriptor">The manifest or blob.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task<bool> ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken);

    /// <summary>Opens a blob at an offset. The reader verifies the content.</summary>
    /// <param name="descriptor">The blob.</param>
    /// <param name="offset">The offset in bytes.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ImagePusherException">The blob does not exist or cannot be read.</exception>
    Task<Stream> OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken);

    /// <summary>
    /// True if the manifest does not have to keep its digest: it was created from a docker archive, which has no manifest or
    /// one with uncompressed layers, so a copy may compress the layers and change the manifest's format. Default: false.
    /// </summary>
    bool IsRewritable(Descriptor manifest) => false;
}
