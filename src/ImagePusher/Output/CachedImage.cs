using ImagePusher.Core;
using ImagePusher.Core.Cache;

namespace ImagePusher.Output;

/// <summary>An image in the cache.</summary>
public sealed class CachedImage
{
    /// <summary>The full name; binds to -Reference.</summary>
    public required string Reference { get; init; }

    /// <summary>Registry and repository.</summary>
    public required string Repository { get; init; }

    /// <summary>The tag; null if the image is named by its digest.</summary>
    public string? Tag { get; init; }

    /// <summary>The digest of the manifest or index.</summary>
    public required string Digest { get; init; }

    /// <summary>The digest of the image at its source, if it differs from <see cref="Digest"/>; otherwise null.</summary>
    public string? SourceDigest { get; init; }

    /// <summary>The media type of the manifest or index.</summary>
    public required string MediaType { get; init; }

    /// <summary>The platforms, <c>os/architecture[/variant]</c>; empty for an artifact.</summary>
    public required TextList<string> Platform { get; init; }

    /// <summary>The size of all its blobs and manifests in bytes, each counted once.</summary>
    public long Size { get; init; }

    /// <summary>
    /// The part of <see cref="Size"/> that no other image of the cache uses. Get-CachedImage reports it; otherwise it is
    /// null.
    /// </summary>
    public long? UniqueSize { get; init; }

    /// <summary>
    /// The part of <see cref="Size"/> that other images of the cache use too. Get-CachedImage reports it; otherwise it is
    /// null.
    /// </summary>
    public long? SharedSize { get; init; }

    /// <summary>The number of different layers, over all platforms.</summary>
    public long LayerCount { get; init; }

    /// <summary>True if the cache has all its content.</summary>
    public bool IsComplete { get; init; }

    /// <summary>The time at which the image was created, according to its config; null if the config has none.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The time at which the image was saved to the cache; null if another tool saved it.</summary>
    public DateTimeOffset? Saved { get; init; }

    /// <summary>
    /// The digest of the manifest that this one refers to, of a signature or SBOM that was copied along with an image; otherwise null.
    /// </summary>
    public string? Subject { get; init; }

    /// <summary>The folder of the cache; binds to -CachePath.</summary>
    public required string CachePath { get; init; }

    /// <summary>The full name.</summary>
    public override string ToString() => Reference;

    /// <summary>The object of the image that has just been given a name.</summary>
    /// <exception cref="ImageNotCachedException">It was removed since it was listed.</exception>
    internal static async Task<CachedImage> FindAsync(ImageCache cache, string name, CancellationToken cancellationToken) =>
        await OfAsync(
            cache,
            await cache.FindAsync(name, cancellationToken).ConfigureAwait(false) ?? throw new ImageNotCachedException(
                $"The cache {cache.Path} does not have the image {OutputText.Of(name)} any more: another process removed it.",
                "Run the command again."),
            cancellationToken).ConfigureAwait(false);

    /// <summary>The object of one image.</summary>
    internal static async Task<CachedImage> OfAsync(ImageCache cache, CacheEntry entry, CancellationToken cancellationToken) =>
        Of(cache, await cache.InspectAsync(entry, cancellationToken).ConfigureAwait(false));

    /// <summary>The objects of several images, with the sizes that each shares with the rest of the cache.</summary>
    internal static async Task<IEnumerable<CachedImage>> OfAllAsync(
        ImageCache cache, IReadOnlyList<CacheEntry> entries, CancellationToken cancellationToken) =>
        (await cache.InspectAllAsync(entries, cancellationToken).ConfigureAwait(false)).Select(details => Of(cache, details));

    private static CachedImage Of(ImageCache cache, ImageDetails details)
    {
        var entry = details.Entry;
        return new CachedImage
        {
            Reference = OutputText.Of(entry.ToString()),
            Repository = entry.Reference?.Name ?? OutputText.Of(entry.ToString()),
            Tag = entry.Reference?.Tag,
            Digest = entry.Digest.ToString(),
            SourceDigest = entry.SourceDigest?.ToString(),
            MediaType = OutputText.Of(entry.Descriptor.MediaType),
            Platform = OutputText.List(details.Platforms),
            Size = details.Size,
            UniqueSize = details.UniqueSize,
            SharedSize = details.Size - details.UniqueSize,
            LayerCount = details.LayerCount,
            IsComplete = details.IsComplete,
            Created = details.Created,
            Saved = entry.Saved,
            Subject = (entry.ReferrerOf ?? entry.Subject)?.ToString(),
            CachePath = cache.Path,
        };
    }
}
