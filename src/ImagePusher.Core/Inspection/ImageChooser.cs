using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Inspection;

/// <summary>Chooses the images of one or more platforms.</summary>
/// <param name="selection">The image or index.</param>
/// <param name="log">Receives a warning about images that the source lacks.</param>
internal sealed class ImageChooser(ImageSelection selection, ILogger log)
{
    private readonly IImageSource _source = selection.Source;

    /// <summary>The image of one platform.</summary>
    /// <param name="platforms">The platform; empty for linux on this machine's architecture, else linux/amd64.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<InspectedImage> ChooseOneAsync(IReadOnlyList<Platform> platforms, CancellationToken cancellationToken) =>
        (await ChooseAsync(platforms, cancellationToken).ConfigureAwait(false))[0];

    /// <summary>The images of the platforms.</summary>
    /// <param name="platforms">The platforms; empty for linux on this machine's architecture, else linux/amd64.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="PlatformNotFoundException">There is no image for one of the platforms.</exception>
    public async Task<IReadOnlyList<InspectedImage>> ChooseAsync(IReadOnlyList<Platform> platforms, CancellationToken cancellationToken)
    {
        var root = await selection.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (root is ImageManifest image)
        {
            await CheckPlatformAsync(image, platforms, cancellationToken).ConfigureAwait(false);
            return [new InspectedImage(_source, image)];
        }

        // An archive or a cache may have only some images of an index: the default is one of these.
        var index = await PresentAsync((ImageIndex)root, cancellationToken).ConfigureAwait(false);
        var entries = await new PlatformSelector(_source, _source.GetManifestAsync).SelectAsync(index, platforms, cancellationToken)
            .ConfigureAwait(false);
        var images = new List<InspectedImage>();
        foreach (var entry in entries)
        {
            images.Add(new InspectedImage(_source, await ReadImageAsync(entry, cancellationToken).ConfigureAwait(false)));
        }

        return images;
    }

    /// <summary>The images of all platforms in the order of the index, without attestations.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<IReadOnlyList<InspectedImage>> ChooseAllAsync(CancellationToken cancellationToken)
    {
        var (images, seen) = (new OrderedDictionary<Digest, InspectedImage>(), new HashSet<Digest>());
        var budget = new ManifestBudget(selection.Root.Digest, _source.Description);
        await CollectAsync(await selection.ReadAsync(cancellationToken).ConfigureAwait(false), 0).ConfigureAwait(false);
        return [.. images.Values];

        async Task CollectAsync(Manifest manifest, int depth)
        {
            ImageTreeReader.CheckDepth(manifest, _source, depth);
            budget.Add(manifest);
            if (manifest is ImageManifest image)
            {
                images.TryAdd(image.Digest, new InspectedImage(_source, image));
                return;
            }

            foreach (var entry in ((ImageIndex)manifest).Manifests.Where(entry => IsImage(entry) && seen.Add(entry.Digest)))
            {
                if (await _source.ContainsAsync(entry, cancellationToken).ConfigureAwait(false))
                {
                    await CollectAsync(
                        await _source.GetManifestAsync(entry, cancellationToken).ConfigureAwait(false), depth + 1).ConfigureAwait(false);
                }
                else
                {
                    log.Warning($"{_source.Description} does not contain {entry.Platform?.ToString() ?? "the image"} "
                        + $"({entry.Digest}) of the index {manifest.Digest}.");
                }
            }
        }
    }

    private static bool IsImage(Descriptor entry) =>
        !entry.IsAttestation && entry.IsManifest && entry.Platform is not { IsUnknown: true };

    private async Task<ImageIndex> PresentAsync(ImageIndex index, CancellationToken cancellationToken)
    {
        var present = new List<Descriptor?>(index.Manifests.Count);
        foreach (var entry in index.Manifests)
        {
            present.Add(await _source.ContainsAsync(entry, cancellationToken).ConfigureAwait(false) ? entry : null);
        }

        return present.TrueForAll(entry => entry is null) ? index : index.With(present);
    }

    private async Task<ImageManifest> ReadImageAsync(Descriptor entry, CancellationToken cancellationToken) =>
        await _source.GetManifestAsync(entry, cancellationToken).ConfigureAwait(false) as ImageManifest
        ?? throw new UnsupportedContentException(
            $"{entry.Digest} of {_source.Description} is an index, but its entry calls it an image.", "Specify an image by its digest.");

    private async Task CheckPlatformAsync(ImageManifest image, IReadOnlyList<Platform> wanted, CancellationToken cancellationToken)
    {
        if (wanted.Count > 0 && image.IsImage
            && await PlatformSelector.PlatformOfAsync(_source, image, cancellationToken).ConfigureAwait(false) is var own
            && !wanted.Any(own.Satisfies))
        {
            throw new PlatformNotFoundException(
                $"The image {image.Digest} of {_source.Description} is for {own}, not for {string.Join(", ", wanted)}.",
                "Request the image's own platform, or no platform to take the image as it is.");
        }
    }
}
