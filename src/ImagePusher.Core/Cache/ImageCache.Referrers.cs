using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <content>The cache as a source and a target of referrers.</content>
public sealed partial class ImageCache
{
    /// <summary>The referrers of a manifest: signatures, SBOMs, attestations. The manifest itself need not be in the cache.</summary>
    /// <param name="digest">The manifest's digest.</param>
    /// <param name="artifactType">The artifact type; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="CacheCorruptException">index.json is damaged.</exception>
    public Task<IReadOnlyList<Descriptor>> GetReferrersAsync(
        Digest digest, string? artifactType = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return new CacheReferrers(this, null).GetReferrersAsync(digest, artifactType, cancellationToken);
    }

    internal Task<IReadOnlyList<TaggedReferrer>> GetTaggedReferrersAsync(Digest digest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return new CacheReferrers(this, null).GetTaggedReferrersAsync(digest, cancellationToken);
    }

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
