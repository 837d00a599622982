using System.Globalization;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Sync;

/// <summary>Reads when an image was created: from the annotation of its manifest, else from its config.</summary>
internal static class ImageDates
{
    /// <summary>The manifest and the time of creation, of an index that of its first image.</summary>
    /// <param name="source">The repository.</param>
    /// <param name="tagOrDigest">The image.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The time is null if the image does not state it, or its config cannot be read.</returns>
    /// <exception cref="ImagePusherException">The manifest does not exist or cannot be read.</exception>
    public static async Task<(Manifest Manifest, DateTimeOffset? Created)> ReadAsync(
        IImageSource source, string tagOrDigest, CancellationToken cancellationToken)
    {
        var root = await source.ResolveAsync(tagOrDigest, cancellationToken).ConfigureAwait(false);
        return (root, await ReadAsync(source, root, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The time of creation, of an index that of its first image.</summary>
    /// <returns>Null if the image does not state it, or its config cannot be read.</returns>
    /// <exception cref="ImagePusherException">A manifest of the index or the config does not exist or cannot be read.</exception>
    public static async Task<DateTimeOffset?> ReadAsync(IImageSource source, Manifest root, CancellationToken cancellationToken)
    {
        var manifest = root;
        for (var depth = 0; depth < Limits.IndexDepth && AnnotatedDate(manifest) is null && manifest is ImageIndex index; depth++)
        {
            var images = index.Manifests.Where(child => !child.IsAttestation).ToList();
            var child = Platform.Best(images, image => image.Platform, Platform.CurrentLinux) ?? images.FirstOrDefault();
            if (child is null)
            {
                break;
            }

            manifest = await source.GetManifestAsync(child, cancellationToken).ConfigureAwait(false);
        }

        return AnnotatedDate(root) ?? AnnotatedDate(manifest)
            ?? await ConfiguredDateAsync(source, manifest as ImageManifest, cancellationToken).ConfigureAwait(false);
    }

    private static DateTimeOffset? AnnotatedDate(Manifest manifest) => DateTimeOffset.TryParse(
        manifest.Annotations.GetValueOrDefault(AnnotationKeys.Created), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
        out var created)
        ? created
        : null;

    private static async Task<DateTimeOffset?> ConfiguredDateAsync(
        IImageSource source, ImageManifest? manifest, CancellationToken cancellationToken)
    {
        if (manifest is not { IsImage: true })
        {
            return null;
        }

        try
        {
            var config = await BlobReader.ReadAsync(
                source, manifest.Config, ImageConfig.MaximumSize, cancellationToken).ConfigureAwait(false);
            return ImageConfig.Parse(config).Created;
        }
        catch (Exception error) when (error is FormatException or LimitExceededException)
        {
            return null;
        }
    }
}
