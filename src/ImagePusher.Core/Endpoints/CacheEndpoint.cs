using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Endpoints;

/// <summary>A cache, in the user's default directory or another one.</summary>
internal sealed class CacheEndpoint(string? path, string? reference) : ImageEndpoint
{
    public override string ToString() => EndpointText.CachePrefix + reference;

    internal override async Task<SourceEndpoint> OpenSourceAsync(CopyOptions options, CancellationToken cancellationToken)
    {
        var cache = Open(options);
        var entries = reference is null
            ? await cache.ListAsync(cancellationToken).ConfigureAwait(false)
            : [await FindAsync(cache, reference, cancellationToken).ConfigureAwait(false)];
        return new SourceEndpoint(
            cache.Description,
            [.. entries.Select(entry => new SourceImage(
                new ImageSelection(cache, entry.Descriptor) {
                    SourceDigest = entry.SourceDigest, Origin = entry.Reference, SourceName = entry.Reference, Name = entry.Reference,
                },
                entry.Reference))]);
    }

    internal override TargetEndpoint OpenTarget(CopyOptions options, bool isPlan) => new CacheTarget(reference, Open(options));

    private static async Task<CacheEntry> FindAsync(ImageCache cache, string text, CancellationToken cancellationToken) =>
        await cache.FindAsync(text, cancellationToken).ConfigureAwait(false)
        ?? throw new ImageNotCachedException(
            $"The image '{text}' is not in {cache.Description}.", "Copy it to the cache first, or check its name.");

    private ImageCache Open(CopyOptions options) => ImageCache.Open(
        path ?? ImageCache.DefaultPath,
        new CacheOptions
        {
            Log = options.Logger,
            TimeProvider = options.TimeProvider,
            VerifiedFiles = CopyState.Open(options).VerifiedFiles,
        });

    internal sealed class CacheTarget(string? name, ImageCache cache) : NamedTarget(name)
    {
        public override IImageTarget Open(ImageReference name) => cache;
    }
}
