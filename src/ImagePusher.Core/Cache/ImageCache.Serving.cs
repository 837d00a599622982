using ImagePusher.Core.Layout;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <content>The internal interface for the local registry: several changes of the index at once.</content>
public sealed partial class ImageCache
{
    /// <summary>The images; the same list as long as nothing changed.</summary>
    internal IReadOnlyList<CacheEntry> Entries => _index.Read().Entries;

    /// <summary>
    /// Writes a manifest and gives it several names of one repository; entries that these names make unnecessary are removed
    /// by the same change. An image that had one of the names before stays under its digest.
    /// </summary>
    /// <exception cref="IncompleteImageException">A blob of the image is missing; the index was not changed.</exception>
    internal async Task PublishAsync(
        Manifest manifest, IReadOnlyList<ImageReference> names, Predicate<CacheEntry> isUnnecessary, CancellationToken cancellationToken)
    {
        await PutManifestAsync(manifest, cancellationToken).ConfigureAwait(false);
        var saved = _options.TimeProvider.GetUtcNow();
        await _index.ChangeAsync(
            draft =>
            {
                ThrowIfIncomplete(manifest, names[0]);
                draft.Remove(isUnnecessary);
                foreach (var name in names)
                {
                    Rename(draft, CacheEntry.Create(manifest, name.ToString(), null, saved), name);
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes entries, all by one change; false if there were none.</summary>
    internal Task<bool> RemoveAsync(Predicate<CacheEntry> which, CancellationToken cancellationToken) =>
        _index.ChangeAsync(draft => draft.Remove(which) > 0, cancellationToken);

    /// <summary>Deletes a blob at once, if no image of the cache uses it.</summary>
    /// <returns>False if an image uses it; it was not deleted.</returns>
    /// <exception cref="CacheCorruptException">A manifest is damaged, so the blobs in use are unknown; nothing was deleted.</exception>
    internal async Task<bool> TryDeleteBlobAsync(Digest digest, CancellationToken cancellationToken)
    {
        // Everything is read before the lock is taken, except what changes in between.
        var reachable = new ReachableBlobs(_manifests);
        var seen = _index.Read();
        reachable.Add(seen.Entries, cancellationToken);
        using var held = await _lock.AcquireAsync(cancellationToken).ConfigureAwait(false);
        held.Guard.RequireOwnBlobs(_paths);
        if (_index.Read() is var now && !ReferenceEquals(now, seen))
        {
            reachable.Add(now.Entries, cancellationToken);
        }

        if (now.HasUnknown || reachable.Contains(digest))
        {
            return false;
        }

        LayoutErrors.Guard(Blobs.PathOf(digest), () => _paths.Remove(Blobs.PathOf(digest)));
        Blobs.Damaged.Remove(digest);
        return true;
    }

    private static void Rename(IndexDraft draft, CacheEntry entry, ImageReference name)
    {
        var before = draft.Entries.FirstOrDefault(other => other.IsNamed(name.ToString()) && other.Digest != entry.Digest);
        draft.Put(entry);
        if (before is not null && !draft.Entries.Any(other => other.Digest == before.Digest && IsOf(name, other)))
        {
            draft.Put(before.WithName(ImageReference.Create(name.Registry, name.Repository).WithDigest(before.Digest).ToString()));
        }
    }

    private static bool IsOf(ImageReference repository, CacheEntry entry) =>
        entry.Reference is { } name && (name.Registry, name.Repository) == (repository.Registry, repository.Repository);
}
