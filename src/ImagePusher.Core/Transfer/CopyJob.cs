using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>One copy, prepared: what its manifests are, which blobs it is about, and what is remembered of their encodings.</summary>
internal sealed class CopyJob
{
    private readonly ImageSelection _selection;
    private readonly CopyOptions _options;
    private readonly ImageTree _tree;

    private CopyJob(ImageSelection selection, CopyOptions options, ImageTree tree, IReadOnlyDictionary<Digest, Digest> diffIds)
    {
        (_selection, _options, _tree) = (selection, options, tree);
        Blobs = BlobWork.Of(tree, options.EncodingFor(selection.IsRewritable), diffIds);
    }

    /// <summary>Where the image is read from.</summary>
    public IImageSource Source => _selection.Source;

    /// <summary>The blobs, each once, largest first.</summary>
    public IReadOnlyList<BlobWork> Blobs { get; }

    /// <summary>Reads the manifests and decides what is to be done.</summary>
    public static async Task<CopyJob> PrepareAsync(ImageSelection selection, CopyOptions options, CancellationToken cancellationToken)
    {
        var tree = await new ImageTreeReader(selection, options).ReadAsync(cancellationToken).ConfigureAwait(false);
        var diffIds = options.DecodeLayers ? await DiffIds.ReadAsync(selection.Source, tree, cancellationToken).ConfigureAwait(false) : DiffIds.None;
        return new CopyJob(selection, options, tree, diffIds);
    }

    /// <summary>What is remembered of the layers that are to be compressed, by their diff IDs.</summary>
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

    /// <summary>True if no layer is left of which nobody knows what it becomes.</summary>
    public bool IsKnown(IReadOnlyDictionary<Digest, Descriptor> encoded) =>
        Blobs.All(work => work is { Encoding: null, DiffId: null } || encoded.ContainsKey(work.Blob.Digest));

    /// <summary>The manifests as the target gets them.</summary>
    /// <param name="encoded">What compressed layers became, by their diff IDs.</param>
    public ImageTree Result(IReadOnlyDictionary<Digest, Descriptor> encoded) =>
        new ManifestRewriter(encoded, _selection.IsRewritable && _options.ManifestFormat == ManifestFormat.Docker).Rewrite(_tree);

    /// <summary>What the result was made from: null if it is the source's own manifest, made from nothing else.</summary>
    public Digest? SourceOf(Manifest result) =>
        _selection.SourceDigest ?? (_selection.IsRewritable && _tree.Root is ImageManifest generated ? generated.Config.Digest
            : result.Digest == _selection.Root.Digest ? null
            : _selection.Root.Digest);

    /// <summary>The name that a result gets: its digest takes the tag's place where there is no tag.</summary>
    public static ImageReference NameOf(ImageReference name, Digest result) =>
        name.Tag is null ? name.WithDigest(result) : name;
}
