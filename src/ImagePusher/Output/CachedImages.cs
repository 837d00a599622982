using ImagePusher.Core.Cache;

namespace ImagePusher.Output;

/// <summary>Makes the objects of cached images.</summary>
internal static class CachedImages
{
    /// <summary>The object of one image.</summary>
    public static async Task<CachedImage> OfAsync(ImageCache cache, CacheEntry entry, CancellationToken cancellationToken) =>
        Of(cache, await cache.InspectAsync(entry, cancellationToken).ConfigureAwait(false));

    /// <summary>The objects of several images, with what each of them shares with the rest of the cache.</summary>
    public static async Task<IEnumerable<CachedImage>> OfAllAsync(ImageCache cache, IReadOnlyList<CacheEntry> entries, CancellationToken cancellationToken) =>
        (await cache.InspectAllAsync(entries, cancellationToken).ConfigureAwait(false)).Select(details => Of(cache, details));

    private static CachedImage Of(ImageCache cache, ImageDetails details)
    {
        var entry = details.Entry;
        return new CachedImage
        {
            Reference = entry.ToString(),
            Repository = entry.Reference?.Name ?? entry.ToString(),
            Tag = entry.Reference?.Tag,
            Digest = entry.Descriptor.Digest.ToString(),
            SourceDigest = entry.SourceDigest?.ToString(),
            MediaType = entry.Descriptor.MediaType,
            Platform = [.. details.Platforms.Select(platform => platform.ToString())],
            Size = details.Size,
            UniqueSize = details.UniqueSize,
            SharedSize = details.Size - details.UniqueSize,
            LayerCount = details.LayerCount,
            IsComplete = details.IsComplete,
            Created = details.Created,
            Saved = entry.Saved,
            CachePath = cache.Path,
        };
    }
}
