using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Inspection;

/// <summary>One image of one platform that is inspected.</summary>
/// <param name="source">The source of its content.</param>
/// <param name="manifest">Its manifest.</param>
internal sealed class InspectedImage(IImageSource source, ImageManifest manifest)
{
    private ImageDocument? _config;

    /// <summary>The source of its content.</summary>
    public IImageSource Source => source;

    /// <summary>Its manifest.</summary>
    public ImageManifest Manifest => manifest;

    /// <summary>The size of config and layers in bytes, each counted once.</summary>
    public long Size => manifest.Layers.Prepend(manifest.Config).DistinctBy(blob => blob.Digest).Sum(blob => blob.Size);

    /// <summary>Reads its config, at the first call.</summary>
    /// <exception cref="UnsupportedContentException">It is an artifact, or its config cannot be read.</exception>
    public async Task<ImageDocument> ReadConfigAsync(CancellationToken cancellationToken)
    {
        if (_config is not null)
        {
            return _config;
        }

        if (!manifest.IsImage)
        {
            throw NotAnImage();
        }

        var raw = await BlobReader.ReadAsync(source, manifest.Config, ImageConfig.MaximumSize, cancellationToken).ConfigureAwait(false);
        try
        {
            return _config = ImageDocument.Parse(raw);
        }
        catch (FormatException error)
        {
            throw new UnsupportedContentException(
                $"The config {manifest.Config.Digest} of {source.Description} cannot be read: {error.Message}.",
                "Create the image again with a current tool.", error);
        }
    }

    /// <summary>The exception for an artifact where an image is needed.</summary>
    public UnsupportedContentException NotAnImage() => new(
        $"{manifest.Digest} of {source.Description} is not a container image but an artifact of the type "
        + $"'{TerminalText.Quote(manifest.ArtifactType ?? manifest.Config.MediaType)}'.",
        "Specify a container image.");
}
