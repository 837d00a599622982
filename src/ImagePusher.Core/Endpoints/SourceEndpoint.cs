using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Endpoints;

/// <summary>One image under one name of an open source.</summary>
/// <param name="Selection">The image.</param>
/// <param name="Name">Its full name; null if it has none.</param>
internal sealed record SourceImage(ImageSelection Selection, ImageReference? Name)
{
    /// <summary>The name of the image in messages.</summary>
    public string Label => Name?.ToString() ?? Selection.Root.Digest.ToString();
}

/// <summary>A source that is open for a copy.</summary>
/// <param name="description">The name in messages.</param>
/// <param name="images">The selected images, once for each of their names.</param>
/// <param name="owner">The object that is disposed with the source.</param>
/// <param name="failures">The errors of images that could not be read; null for none.</param>
internal sealed class SourceEndpoint(
    string description, IReadOnlyList<SourceImage> images, IAsyncDisposable? owner = null,
    IReadOnlyList<ImagePusherException>? failures = null) : IAsyncDisposable
{
    public IReadOnlyList<SourceImage> Images => images;

    /// <summary>The name in messages.</summary>
    public string Description => description;

    /// <summary>The errors of images that could not be read.</summary>
    public IReadOnlyList<ImagePusherException> Failures => failures ?? [];

    /// <summary>The only image.</summary>
    /// <exception cref="ManifestNotFoundException">The source holds no image.</exception>
    /// <exception cref="InvalidOptionException">There are several.</exception>
    public SourceImage SelectOne()
    {
        if (images.Count == 0)
        {
            throw new ManifestNotFoundException($"There is no image in {description}.", "Choose a source that contains an image.");
        }

        return images.DistinctBy(image => image.Selection.Root.Digest).Skip(1).Any()
            ? throw new InvalidOptionException(
                $"{description} contains several images: {string.Join(", ", images.Take(10).Select(image => image.Label))}.",
                "Select one of them by its name or digest, or copy all of them.")
            : images[0];
    }

    public ValueTask DisposeAsync() => owner?.DisposeAsync() ?? ValueTask.CompletedTask;
}
