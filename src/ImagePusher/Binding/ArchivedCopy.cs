using ImagePusher.Core;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Binding;

/// <summary>An image of an archive from which a cached image was imported, to repair that from.</summary>
internal sealed class ArchivedCopy : IDisposable
{
    private readonly ArchivedImage _image;

    private ArchivedCopy(ImageArchive archive, ArchivedImage image, CopyOptions options) =>
        (Archive, _image, Options) = (archive, image, options);

    public ImageArchive Archive { get; }

    /// <summary>
    /// The options of the import, as the cached manifest shows them. If they were others, such as another compression level, the
    /// digest differs, and nothing is replaced.
    /// </summary>
    public CopyOptions Options { get; }

    /// <summary>Opens an archive that has the same manifest, or the docker archive that the cached image was imported from.</summary>
    /// <exception cref="ManifestNotFoundException">The archive does not have the image.</exception>
    public static async Task<ArchivedCopy> OpenAsync(
        string file, ImageCache cache, CacheEntry entry, ILogger log, CancellationToken cancellationToken)
    {
        var archive = await Archives.OpenAsync(file, log, needsNames: false, cancellationToken).ConfigureAwait(false);
        try
        {
            // The config of a docker archive has the digest that the import records as the source.
            var image = archive.Images.FirstOrDefault(image => image.Root.Digest == entry.Digest)
                ?? archive.Images.FirstOrDefault(
                    image => image.Root is ImageManifest manifest && manifest.Config.Digest == entry.SourceDigest)
                ?? throw new ManifestNotFoundException(
                    $"'{archive.Path}' does not contain the image {entry.PrintableName()} ({entry.Digest}).",
                    "Specify the archive from which the image was imported.");
            var options = image.Root.Digest == entry.Digest
                ? new CopyOptions { Compression = LayerCompression.None }
                : new CopyOptions
                {
                    Compression = await CompressionAsync(cache, entry, cancellationToken).ConfigureAwait(false),
                    ManifestFormat = entry.Descriptor.MediaType.Contains("docker", StringComparison.Ordinal)
                        ? ManifestFormat.Docker
                        : ManifestFormat.Oci,
                    ExpectedDigest = entry.Digest,
                };
            return new ArchivedCopy(archive, image, options);
        }
        catch
        {
            await archive.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The image as the source of a copy.</summary>
    public ImageSelection Selection => ArchiveInput.SelectionOf(Archive, _image);

    /// <summary>The image as the source of a copy, once the damaged content is removed from the cache.</summary>
    public async Task<ImageSelection> SelectAsync(ImageCache cache, VerifyReport report, CancellationToken cancellationToken)
    {
        await cache.DiscardAsync(report, cancellationToken).ConfigureAwait(false);
        return Selection;
    }

    public void Dispose() => Archive.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private static async Task<LayerCompression> CompressionAsync(ImageCache cache, CacheEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            var root = await cache.GetManifestAsync(entry.Descriptor, cancellationToken).ConfigureAwait(false);
            var layers = root is ImageManifest manifest ? manifest.Layers : [];
            return layers.Any(layer => layer.MediaType.EndsWith("zstd", StringComparison.Ordinal)) ? LayerCompression.Zstd
                : layers.Any(layer => layer.MediaType.EndsWith("gzip", StringComparison.Ordinal)) ? LayerCompression.Gzip
                : LayerCompression.None;
        }
        catch (ImagePusherException)
        {
            // The manifest itself is damaged: the default of an import.
            return LayerCompression.Auto;
        }
    }
}
