using System.Globalization;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>Describes cached images.</summary>
internal sealed class ImageInspector(BlobStore blobs, CachedManifestReader manifests)
{
    public ImageDetails Inspect(CacheEntry entry)
    {
        var walk = ImageWalk.From(entry.Descriptor, blobs, manifests);
        var images = walk.Manifests.Where(pair => pair.Manifest is ImageManifest && !pair.Descriptor.IsAttestation)
            .Select(pair => (pair.Descriptor, Image: (ImageManifest)pair.Manifest, Config: ReadConfig((ImageManifest)pair.Manifest)))
            .ToList();
        var root = walk.Manifests.Count > 0 ? walk.Manifests[0].Manifest : null;
        return new ImageDetails(entry)
        {
            Platforms = root is ImageIndex index
                ? [.. index.Manifests.Where(child => !child.IsAttestation).Select(child => PlatformOf(child, images)).OfType<Platform>()]
                : [.. images.Select(image => image.Config?.Platform).OfType<Platform>()],
            Size = walk.Blobs.SumBytes(blob => blob.Size),
            LayerCount = root is ImageManifest single
                ? single.Layers.Count
                : images.SelectMany(image => image.Image.Layers).Select(layer => layer.Digest).Distinct().Count(),
            Created = images.Select(image => image.Config?.Created ?? CreatedOf(image.Image)).Append(
                root is null ? null : CreatedOf(root)).Max(),
            ArtifactType = ArtifactTypeOf(entry, root),
            Blobs = walk.Blobs,
            Missing = walk.Missing,
            Damaged = walk.Damaged,
        };
    }

    private static Platform? PlatformOf(Descriptor child, List<(Descriptor Descriptor, ImageManifest Image, ImageConfig? Config)> images) =>
        child.Platform is { IsUnknown: false } named
            ? named
            : images.Find(image => image.Descriptor.Digest == child.Digest).Config?.Platform;

    private static string? ArtifactTypeOf(CacheEntry entry, Manifest? root) => root switch
    {
        ImageManifest { IsImage: false } artifact => artifact.ArtifactType ?? artifact.Config.MediaType,
        _ => root?.ArtifactType ?? entry.Descriptor.ArtifactType,
    };

    private static DateTimeOffset? CreatedOf(Manifest manifest) => DateTimeOffset.TryParse(
        manifest.Annotations.GetValueOrDefault(AnnotationKeys.Created), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
        out var created)
        ? created
        : null;

    // A config that cannot be read is reported by a full verification; here only the platform and the date stay unknown.
    private ImageConfig? ReadConfig(ImageManifest image)
    {
        if (!image.IsImage || !blobs.Contains(image.Config))
        {
            return null;
        }

        try
        {
            var config = manifests.ReadBytes(image.Config.Digest, ImageConfig.MaximumSize) is { } bytes ? ImageConfig.Parse(bytes) : null;
            return config is { Platform: { Os: "", Architecture: "" } } ? null : config;
        }
        catch (CacheCorruptException)
        {
            return null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
