using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Abstractions;

/// <summary>A place that images are read from: a repository of a registry, the cache, an image tar.</summary>
public interface IImageSource
{
    /// <summary>The place's name, for messages: <c>localhost:5000/team/app</c>, <c>the cache /…</c>, <c>app.tar</c>.</summary>
    string Description { get; }

    /// <summary>Finds a manifest by name or digest. What a name is depends on the place: a tag in a repository, a full reference in the cache.</summary>
    /// <exception cref="ImagePusherException">There is no such manifest, or it could not be read.</exception>
    Task<Manifest> ResolveAsync(string nameOrDigest, CancellationToken cancellationToken);

    /// <summary>Reads a manifest that an index names; its digest and size are verified.</summary>
    Task<Manifest> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken);

    /// <summary>
    /// True if the manifest or blob is there. An archive or the cache may hold less than an index names; a registry, which
    /// may not, answers true without asking.
    /// </summary>
    Task<bool> ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken);

    /// <summary>Opens a blob's bytes at an offset; who reads them from the start verifies them.</summary>
    /// <exception cref="ImagePusherException">The blob is not there, or could not be read.</exception>
    Task<Stream> OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken);

    /// <summary>
    /// True if the manifest does not have to keep its digest: it was created from a docker archive, which has no manifest or
    /// one with uncompressed layers, so a copy may compress the layers and change the manifest's format. Default: false.
    /// </summary>
    bool IsRewritable(Descriptor manifest) => false;
}
