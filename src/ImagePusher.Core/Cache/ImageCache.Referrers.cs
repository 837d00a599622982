using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <content>The cache as a source and a target of referrers.</content>
public sealed partial class ImageCache
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<Descriptor>> GetReferrersAsync(Digest digest, string? artifactType, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return new CacheReferrers(this, null).GetReferrersAsync(digest, artifactType, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<TaggedReferrer>> GetTaggedReferrersAsync(Digest digest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return new CacheReferrers(this, null).GetTaggedReferrersAsync(digest, cancellationToken);
    }

    /// <inheritdoc/>
    IReferrerSource IReferrerSource.ReferrersIn(ImageReference? image) => new CacheReferrers(this, image);

    /// <inheritdoc/>
    Task IImageTarget.PublishReferrerAsync(Manifest manifest, ImageReference name, Digest subject, CancellationToken cancellationToken) =>
        PublishAsync(manifest, name, null, subject, cancellationToken);

    /// <summary>The entries that are images of their own: without those that were copied along with the image that they refer to.</summary>
    /// <exception cref="CacheCorruptException">index.json is damaged.</exception>
    internal Task<IReadOnlyList<CacheEntry>> ListImagesAsync(CancellationToken cancellationToken) =>
        RunAsync<IReadOnlyList<CacheEntry>>(
            () => _index.Read().Entries is var all && all.Any(IsReferrer) ? [.. all.Where(entry => !IsReferrer(entry))] : all,
            cancellationToken);

    // Other tools list a referrer by its digest alone.
    private bool IsReferrer(CacheEntry entry) => entry.ReferrerOf is not null
        || (entry.Name is null && entry.Descriptor.IsManifest && TryReadManifest(entry.Descriptor)?.Subject is not null);

    /// <summary>A manifest of the cache; null if it is missing or cannot be read, which does not affect its neighbors.</summary>
    internal Manifest? TryReadManifest(Descriptor descriptor)
    {
        try
        {
            return _manifests.Read(descriptor.Digest, descriptor.MediaType);
        }
        catch (CacheCorruptException)
        {
            return null;
        }
    }
}
