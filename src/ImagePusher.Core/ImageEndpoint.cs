using ImagePusher.Core.Archives;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Endpoints;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core;

/// <summary>A source or target of images: a registry, an archive, an OCI layout directory or a cache.</summary>
/// <remarks>An endpoint is only a description: nothing is opened before a copy starts, and an endpoint can be used repeatedly.</remarks>
public abstract class ImageEndpoint
{
    private protected ImageEndpoint()
    {
    }

    /// <summary>An image in a registry.</summary>
    /// <param name="reference">
    /// As a source an image reference (<c>alpine:3.22</c> is on Docker Hub). As a target a full name, a registry
    /// (<c>localhost:5000</c>) or a prefix in a registry (<c>localhost:5000/team/</c>); the last two keep the image's own
    /// repository and tag, without Docker Hub's <c>library/</c>. A target always names its registry.
    /// </param>
    /// <param name="client">The client with connections and credentials; null for one that all endpoints of the process share.</param>
    public static ImageEndpoint Registry(string reference, RegistryClient? client = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(reference);
        return new RegistryEndpoint(reference, client);
    }

    /// <inheritdoc cref="Registry(string, RegistryClient)"/>
    /// <param name="reference">The full name of the image, as a source and as a target.</param>
    /// <param name="client">The client with connections and credentials; null for one that all endpoints of the process share.</param>
    public static ImageEndpoint Registry(ImageReference reference, RegistryClient? client = null)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return new RegistryEndpoint(reference.ToString(), client);
    }

    /// <summary>An archive: a docker or OCI archive, read from plain tar, gzip or zstd and written as plain tar.</summary>
    /// <param name="path">The file.</param>
    /// <param name="image">
    /// As a source the name or digest of the image in the archive; null if it has only one. As a target the name that the
    /// image gets; null for the name that it has at the source.
    /// </param>
    /// <param name="format">The format of an archive that is written. Default: OCI, which keeps digests.</param>
    /// <param name="overwrite">True to replace an existing file. Default: false.</param>
    public static ImageEndpoint Archive(
        string path, string? image = null, ArchiveFormat format = ArchiveFormat.Oci, bool overwrite = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ArchiveEndpoint(path, image, format, overwrite);
    }

    /// <summary>An OCI image layout in a directory.</summary>
    /// <param name="path">The directory; a target is created if it does not exist.</param>
    /// <param name="image">
    /// As a source the name or digest of the image; null if the layout has only one. As a target the name that the image
    /// gets; null for the name that it has at the source.
    /// </param>
    /// <remarks>image-spec, image-layout.md.</remarks>
    public static ImageEndpoint Layout(string path, string? image = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new LayoutEndpoint(path, image);
    }

    /// <summary>An image in a local cache, which is an OCI image layout that several processes can use at the same time.</summary>
    /// <param name="reference">
    /// As a source the name or digest of a cached image; null if the cache has only one. As a target the name that the image
    /// gets; null for the name that it has at the source.
    /// </param>
    /// <param name="path">The cache's directory; null for the default cache of the current user.</param>
    public static ImageEndpoint Cache(string? reference = null, string? path = null) => new CacheEndpoint(path, reference);

    /// <inheritdoc cref="Cache(string, string)"/>
    /// <param name="cache">The cache.</param>
    /// <param name="reference">
    /// As a source the name or digest of a cached image; null if the cache has only one. As a target the name that the image
    /// gets; null for the name that it has at the source.
    /// </param>
    public static ImageEndpoint Cache(ImageCache cache, string? reference = null)
    {
        ArgumentNullException.ThrowIfNull(cache);
        return new CacheEndpoint(cache.Path, reference);
    }

    /// <summary>
    /// Parses the text form of an endpoint. The result depends only on the text, not on existing files: <c>cache:REFERENCE</c> is the
    /// default cache; a path that ends with a directory separator is an OCI layout directory; any other path – it starts
    /// with <c>.</c>, <c>/</c>, <c>~</c> or a drive letter, contains a backslash, or ends with <c>.tar</c>, <c>.tar.gz</c>,
    /// <c>.tgz</c> or <c>.tar.zst</c> – is an archive; everything else is a reference to an image in a registry.
    /// </summary>
    /// <param name="text">The endpoint.</param>
    /// <exception cref="InvalidReferenceException">The text is empty or a URL.</exception>
    public static ImageEndpoint Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return EndpointText.Parse(text);
    }

    /// <summary>
    /// The text form, which <see cref="Parse"/> reads. It omits what the text form cannot express: the image in an archive or layout,
    /// and the path of a cache. A reference that ends like an archive, such as <c>example.com/app.tar</c>, needs its tag.
    /// </summary>
    public abstract override string ToString();

    /// <summary>Opens the endpoint as the source of a copy.</summary>
    internal abstract Task<SourceEndpoint> OpenSourceAsync(CopyOptions options, CancellationToken cancellationToken);

    /// <summary>Opens the endpoint as the target of a copy, or of a plan that changes nothing.</summary>
    internal abstract TargetEndpoint OpenTarget(CopyOptions options, bool isPlan);
}
