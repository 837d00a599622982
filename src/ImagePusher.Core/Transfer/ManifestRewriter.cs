using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>Makes the manifests that the target gets, where plain layers became others or another kind of manifest is wanted.</summary>
/// <param name="encoded">What layers became, by the digests they had.</param>
/// <param name="toDocker">True if OCI manifests are to become docker's.</param>
internal sealed class ManifestRewriter(IReadOnlyDictionary<Digest, Descriptor> encoded, bool toDocker)
{
    private readonly Dictionary<Digest, Manifest> _rewritten = [];

    /// <summary>The tree as the target gets it; the same one if nothing changes.</summary>
    public ImageTree Rewrite(ImageTree tree)
    {
        // Children stand before those that name them, so what a name points to is rewritten already.
        var manifests = tree.Manifests.Select(Rewrite).DistinctBy(manifest => manifest.Digest).ToList();
        return new ImageTree(_rewritten[tree.Root.Digest], manifests);
    }

    private Manifest Rewrite(Manifest manifest) => _rewritten[manifest.Digest] = manifest switch
    {
        ImageManifest image => Rewrite(image),
        ImageIndex index => Rewrite(index),
        _ => manifest,
    };

    private ImageManifest Rewrite(ImageManifest image)
    {
        var docker = toDocker || image.MediaType == MediaTypes.DockerManifest;
        var mediaType = docker ? MediaTypes.DockerManifest : MediaTypes.OciManifest;
        if (!image.IsImage || (mediaType == image.MediaType && !image.Layers.Any(layer => encoded.ContainsKey(layer.Digest))))
        {
            return image;
        }

        var config = image.Config with { MediaType = docker ? MediaTypes.DockerConfig : MediaTypes.OciConfig };
        return ImageManifest.Create(mediaType, config, image.Layers.Select(layer => Rewrite(layer, docker)), docker ? null : image.Annotations);
    }

    private Descriptor Rewrite(Descriptor layer, bool docker)
    {
        var result = encoded.TryGetValue(layer.Digest, out var known) ? layer with { Digest = known.Digest, Size = known.Size, MediaType = known.MediaType } : layer;
        return docker ? result with { MediaType = DockerType(result.MediaType), Annotations = Descriptor.EmptyAnnotations } : result;
    }

    private ImageIndex Rewrite(ImageIndex index)
    {
        var entries = index.Manifests.Select(Rewrite).ToList();
        return entries.SequenceEqual(index.Manifests) ? index : ImageIndex.Create(index.MediaType, entries, index.Annotations);
    }

    private Descriptor Rewrite(Descriptor entry)
    {
        var now = _rewritten[entry.Digest].Descriptor;
        var about = entry.Annotations.GetValueOrDefault(AnnotationKeys.DockerReferenceDigest);
        var annotations = Digest.TryParse(about, out var subject) && _rewritten.TryGetValue(subject, out var other) && other.Digest != subject
            ? new Dictionary<string, string>(entry.Annotations) { [AnnotationKeys.DockerReferenceDigest] = other.Digest.ToString() }
            : entry.Annotations;
        return entry with { Digest = now.Digest, Size = now.Size, MediaType = now.MediaType, Annotations = annotations };
    }

    private static string DockerType(string mediaType) => mediaType switch
    {
        MediaTypes.OciLayer => MediaTypes.DockerLayer,
        MediaTypes.OciLayerGzip => MediaTypes.DockerLayerGzip,
        MediaTypes.OciLayerZstd => MediaTypes.DockerLayerZstd,
        _ => mediaType,
    };
}
