using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>Rewrites manifests whose layers changed or whose format changes. All fields that need not change are kept.</summary>
/// <param name="changed">The new layers, by their original digests.</param>
/// <param name="toDocker">True to convert OCI manifests to docker's.</param>
internal sealed class ManifestRewriter(IReadOnlyDictionary<Digest, Descriptor> changed, bool toDocker)
{
    private readonly Dictionary<Digest, Manifest> _rewritten = [];

    /// <summary>The tree as it arrives at the target; the same one if nothing changes.</summary>
    public ImageTree Rewrite(ImageTree tree)
    {
        // Children come before the manifests that reference them, so that their new digests are known.
        var manifests = tree.Manifests.Select(Rewrite).DistinctBy(manifest => manifest.Digest).ToList();
        return tree with { Root = _rewritten[tree.Root.Digest], Manifests = manifests };
    }

    private Manifest Rewrite(Manifest manifest) => _rewritten[manifest.Digest] = manifest switch
    {
        ImageManifest image => Rewrite(image),
        ImageIndex index => index.With([.. index.Manifests.Select(Rewrite)]),
        _ => manifest,
    };

    private ImageManifest Rewrite(ImageManifest image)
    {
        var isDocker = toDocker || image.MediaType == MediaTypes.DockerManifest;
        var mediaType = isDocker ? MediaTypes.DockerManifest : MediaTypes.OciManifest;
        if (!image.IsImage || (mediaType == image.MediaType && !image.Layers.Any(layer => changed.ContainsKey(layer.Digest))))
        {
            return image;
        }

        var config = image.Config with { MediaType = isDocker ? MediaTypes.DockerConfig : MediaTypes.OciConfig };
        return image.With(mediaType, config, [.. image.Layers.Select(layer => Rewrite(layer, isDocker))]);
    }

    private Descriptor Rewrite(Descriptor layer, bool docker)
    {
        var result = changed.TryGetValue(layer.Digest, out var known)
            ? layer with { Digest = known.Digest, Size = known.Size, MediaType = known.MediaType }
            : layer;
        return docker ? result with { MediaType = DockerType(result.MediaType) } : result;
    }

    private Descriptor Rewrite(Descriptor entry)
    {
        var now = _rewritten.TryGetValue(entry.Digest, out var manifest) ? entry.As(manifest) : entry;
        return entry.AttestedDigest is { } subject && _rewritten.TryGetValue(subject, out var other) && other.Digest != subject
            ? now with
            {
                Annotations = new Dictionary<string, string>(entry.Annotations)
                {
                    [AnnotationKeys.DockerReferenceDigest] = other.Digest.ToString(),
                },
            }
            : now;
    }

    private static string DockerType(string mediaType) => mediaType switch
    {
        MediaTypes.OciLayer => MediaTypes.DockerLayer,
        MediaTypes.OciLayerGzip => MediaTypes.DockerLayerGzip,
        MediaTypes.OciLayerZstd => MediaTypes.DockerLayerZstd,
        _ => mediaType,
    };
}
