using ImagePusher.Core.Layout;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <content>The images of the cache: listed, found, described, verified and removed.</content>
public sealed partial class ImageCache
{
    /// <summary>Lists the images in the order of the index. No blob is opened.</summary>
    /// <exception cref="CacheCorruptException">index.json is damaged.</exception>
    public Task<IReadOnlyList<CacheEntry>> ListAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => _index.Read().Entries, cancellationToken);

    /// <summary>
    /// Finds an image: by its literal name, then by the normalized one (<c>nginx</c> for docker.io/library/nginx:latest),
    /// then by digest (<c>sha256:…</c>, or <c>name@sha256:…</c> where the digest may also be that of its source).
    /// </summary>
    /// <returns>Null if no entry matches.</returns>
    public Task<CacheEntry?> FindAsync(string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return RunAsync(() => EntryFinder.Find(_index.Read().Entries, text), cancellationToken);
    }

    /// <summary>Describes an image. Its manifests and configs are read, no layer is.</summary>
    internal Task<ImageDetails> InspectAsync(CacheEntry entry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return RunAsync(() => new ImageInspector(Blobs, _manifests).Inspect(entry), cancellationToken);
    }

    /// <summary>Describes several images, with the blobs of each that no other image of the cache uses.</summary>
    internal Task<IReadOnlyList<ImageDetails>> InspectAllAsync(
        IReadOnlyList<CacheEntry> entries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return RunAsync(() => _usage.Inspect(entries, _index.Read().Entries, cancellationToken), cancellationToken);
    }

    /// <summary>Removes an image from the index. Garbage collection removes its blobs.</summary>
    /// <returns>False if the entry does not exist any more.</returns>
    public Task<bool> RemoveAsync(CacheEntry entry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return _index.ChangeAsync(
            draft => draft.Remove(other => other.Digest == entry.Digest && other.Name == entry.Name) > 0, cancellationToken);
    }

    /// <summary>
    /// Verifies an image: that all its blobs exist with their sizes, and with <paramref name="full"/> that every byte is
    /// right.
    /// </summary>
    internal Task<VerifyReport> VerifyAsync(CacheEntry entry, bool full, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return RunTaskAsync(() => new CachedImageCheck(Blobs, _manifests).VerifyAsync(entry, full, cancellationToken), cancellationToken);
    }

    /// <summary>Deletes the blobs that a verification found damaged, unless they were replaced since.</summary>
    /// <exception cref="UnsupportedContentException">The blobs are in a folder that a symbolic link leads to.</exception>
    internal async Task DiscardAsync(VerifyReport report, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        using var held = await _lock.AcquireAsync(cancellationToken).ConfigureAwait(false);
        held.Guard.RequireOwnBlobs(_paths);
        foreach (var (digest, written) in report.BadFiles)
        {
            // By the time of its last write, not by the clock: time stamps of files lag behind by some milliseconds.
            var path = Blobs.PathOf(digest);
            LayoutErrors.Guard(path, () =>
            {
                if (File.GetLastWriteTimeUtc(path) == written)
                {
                    _paths.Remove(path);
                }
            });
            Blobs.Damaged.Remove(digest);
        }
    }

    /// <summary>The blobs that a manifest refers to, directly or through its children, and that the cache does not contain.</summary>
    internal Task<IReadOnlyList<Descriptor>> FindMissingAsync(Manifest manifest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return RunAsync<IReadOnlyList<Descriptor>>(() => ImageWalk.From(manifest, Blobs, _manifests).Missing, cancellationToken);
    }

    /// <summary>
    /// The digest of the manifest's subject; null if it has none, or cannot be read. An entry of another tool is read for it.
    /// </summary>
    internal Digest? FindSubject(CacheEntry entry)
    {
        if (entry.Saved is not null || !entry.Descriptor.IsManifest)
        {
            return entry.Saved is null ? null : entry.Subject;
        }

        try
        {
            return _manifests.Read(entry.Digest, entry.Descriptor.MediaType)?.Subject?.Digest;
        }
        catch (Exception error) when (error is CacheCorruptException or UnsupportedContentException)
        {
            return null;
        }
    }
}
