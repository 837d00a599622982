using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>One copy: the image at its source and its name at the target.</summary>
internal sealed class CopyJob(ImageSelection selection, IImageTarget target, ImageReference name, CopyOptions options)
{
    private ImageTree _tree = null!;

    /// <summary>The source of the image.</summary>
    public IImageSource Source => selection.Source;

    /// <summary>The blobs, each once, largest first; empty before <see cref="ReadAsync"/>.</summary>
    public IReadOnlyList<BlobWork> Blobs { get; private set; } = [];

    /// <summary>The name that a result gets: without a tag it is named by its digest.</summary>
    public ImageReference NameOf(Digest result) => name.Tag is null ? name.WithDigest(result) : name;

    /// <summary>Reads the manifests.</summary>
    /// <param name="known">The manifests, if they were read already; else null.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task ReadAsync(ImageTree? known, CancellationToken cancellationToken)
    {
        _tree = known ?? await new ImageTreeReader(selection, options).ReadAsync(cancellationToken).ConfigureAwait(false);
        var diffIds = options.DecodeLayers ? await DiffIds.ReadAsync(Source, _tree, cancellationToken).ConfigureAwait(false) : DiffIds.None;
        Blobs = BlobWork.Of(_tree, options.EncodingFor(selection.IsRewritable), diffIds);
    }

    /// <summary>Specifies the repositories from which the target can mount the blobs.</summary>
    public void SuggestOrigin()
    {
        if (selection.Origin is { } origin && !selection.IsRewritable)
        {
            target.SuggestOrigin(origin, Blobs.Select(work => work.Blob));
        }
    }

    /// <summary>The recorded results of layers that are to be compressed, by their diff IDs.</summary>
    public async Task<Dictionary<Digest, Descriptor>> RecallAsync(IEncodingStore? encodings, CancellationToken cancellationToken)
    {
        var known = new Dictionary<Digest, Descriptor>();
        foreach (var work in Blobs)
        {
            if (encodings is not null && work.Encoding is { } settings
                && await encodings.FindAsync(settings.KeyOf(work.Blob.Digest), cancellationToken).ConfigureAwait(false) is { } encoded)
            {
                known[work.Blob.Digest] = encoded;
            }
        }

        return known;
    }

    /// <summary>The manifests as they arrive at the target; null as long as the result of a layer is unknown.</summary>
    /// <param name="changed">The new layers, by their original digests.</param>
    public ImageTree? Result(IReadOnlyDictionary<Digest, Descriptor> changed) =>
        Blobs.All(work => work is { Encoding: null, DiffId: null } || changed.ContainsKey(work.Blob.Digest))
            ? new ManifestRewriter(changed, selection.IsRewritable && options.ManifestFormat == ManifestFormat.Docker).Rewrite(_tree)
            : null;

    /// <summary>
    /// The digest of the original of a result; null if the manifest is unchanged. A docker archive has no manifest, so that its config
    /// identifies the image.
    /// </summary>
    public Digest? SourceOf(Manifest result) => selection.SourceDigest
        ?? (selection.IsRewritable && _tree.Root is ImageManifest generated ? generated.Config.Digest
            : result.Digest == selection.Root.Digest ? null
            : selection.Root.Digest);

    /// <summary>True if the name refers to the digest already and nothing is left to do.</summary>
    /// <param name="digest">The digest of the result; null if it is unknown.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="DestinationConflictException">
    /// The name refers to another image, and the options do not allow to replace it.
    /// </exception>
    public async Task<bool> IsPublishedAsync(Digest? digest, CancellationToken cancellationToken)
    {
        var maySkip = !options.Force && options.ReferrerOf is null && digest is not null;
        if (!maySkip && (!options.NoClobber || name.Tag is null))
        {
            return false;
        }

        var published = await target.FindPublishedAsync(digest is null ? name : NameOf(digest), cancellationToken).ConfigureAwait(false);
        if (options.NoClobber && published is not null && published != digest)
        {
            throw new DestinationConflictException(
                $"{name} exists with the digest {published}; it was not replaced{(digest is null ? "" : $" by {digest}")}.",
                "Allow replacing it, or choose another name.");
        }

        return maySkip && published == digest;
    }

    /// <summary>Writes the manifests below the root.</summary>
    /// <param name="tree">The manifests as they arrive at the target.</param>
    /// <param name="monitor">Counts the bytes.</param>
    /// <param name="withRoot">True to put the root too, by its digest, because something will refer to it before it is named.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="DigestMismatchException">The root is not the expected one.</exception>
    public async Task PutManifestsAsync(ImageTree tree, CopyMonitor monitor, bool withRoot, CancellationToken cancellationToken)
    {
        if (options.ExpectedDigest is { } expected && expected != tree.Root.Digest)
        {
            throw new DigestMismatchException(
                name.ToString(), expected.ToString(), tree.Root.Digest.ToString(),
                "Omit the digest from the destination, or copy the image that has it.");
        }

        foreach (var manifest in tree.Manifests.Where(manifest => withRoot || manifest.Digest != tree.Root.Digest))
        {
            await target.PutManifestAsync(manifest, cancellationToken).ConfigureAwait(false);
            monitor.AddSent(manifest.Raw.Length);
        }
    }

    /// <summary>Publishes the root under the name.</summary>
    public async Task PublishAsync(Manifest root, CopyMonitor monitor, CancellationToken cancellationToken)
    {
        await (options.ReferrerOf is { } subject
            ? target.PublishReferrerAsync(root, NameOf(root.Digest), subject, cancellationToken)
            : target.PublishAsync(root, NameOf(root.Digest), SourceOf(root), cancellationToken)).ConfigureAwait(false);
        monitor.AddSent(root.Raw.Length);
    }
}
