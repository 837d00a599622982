using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>One image of a source. Its manifest is read when it is needed: an image that the target has is not read at all.</summary>
internal sealed class ImageSelection
{
    private Manifest? _manifest;

    /// <summary>An image whose manifest is known.</summary>
    /// <param name="source">Its source.</param>
    /// <param name="root">Its manifest or index.</param>
    public ImageSelection(IImageSource source, Manifest root)
        : this(source, (root ?? throw new ArgumentNullException(nameof(root))).Descriptor) => _manifest = root;

    /// <summary>An image whose manifest is read when it is needed.</summary>
    /// <param name="source">Its source.</param>
    /// <param name="root">The descriptor of its manifest or index.</param>
    public ImageSelection(IImageSource source, Descriptor root) => (Source, Root) = (source, root);

    /// <summary>The source of the image.</summary>
    public IImageSource Source { get; }

    /// <summary>The descriptor of its manifest or index.</summary>
    public Descriptor Root { get; }

    /// <summary>True if the manifest does not have to keep its digest; see <see cref="IImageSource.IsRewritable"/>.</summary>
    public bool IsRewritable => Source.IsRewritable(Root);

    /// <summary>The digest that the image was created from before it came to this source; null if unknown.</summary>
    public Digest? SourceDigest { get; init; }

    /// <summary>The name under which the source keeps the image, if it was copied from there: its registry may have the blobs.</summary>
    public ImageReference? Origin { get; init; }

    /// <summary>The name in a source of several repositories, beside which the tagged referrers are; null if unknown.</summary>
    public ImageReference? SourceName { get; init; }

    /// <summary>The name that the source has the image under, which a policy judges it by; null if it has none.</summary>
    public ImageReference? Name { get; init; }

    /// <summary>The source as it lists the referrers of this image.</summary>
    internal IImageSource Referrers => Source is IReferrerSource referrers ? referrers.ReferrersIn(SourceName) : Source;

    /// <summary>True if the manifest was read.</summary>
    internal bool IsRead => _manifest is not null;

    /// <summary>Its manifest or index; read at the first call.</summary>
    /// <exception cref="ImagePusherException">It could not be read.</exception>
    public async Task<Manifest> ReadAsync(CancellationToken cancellationToken) =>
        _manifest ??= await Source.GetManifestAsync(Root, cancellationToken).ConfigureAwait(false);
}
