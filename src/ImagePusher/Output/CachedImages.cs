using ImagePusher.Core.Cache;

namespace ImagePusher.Output;

/// <summary>Makes the objects of cached images.</summary>
internal static class CachedImages
{
    public static async Task<CachedImage> OfAsync(ImageCache cache, CacheEntry entry, CancellationToken cancellationToken)
    {
        var details = await cache.InspectAsync(entry, cancellationToken).ConfigureAwait(false);
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
            LayerCount = details.LayerCount,
            IsComplete = details.IsComplete,
            Created = details.Created,
            Saved = entry.Saved,
            CachePath = cache.Path,
        };
    }
}
