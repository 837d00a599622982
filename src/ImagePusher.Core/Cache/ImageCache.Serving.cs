using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <content>What a server over the cache needs beside a source and a target: several changes of the index as one.</content>
public sealed partial class ImageCache
{
    /// <summary>The images as they are now; the same list as long as nothing changed.</summary>
    internal IReadOnlyList<CacheEntry> Entries => _index.Read().Entries;

    /// <summary>The digest of the manifest's subject; null if it has none. An entry that another tool wrote is read for it.</summary>
    internal Digest? FindSubject(CacheEntry entry) => SubjectOf(entry);

    /// <summary>
    /// Puts a manifest in place and gives it several names of one repository; entries that these names make needless go with
    /// the same change. What had one of the names before stays under its digest.
    /// </summary>
    /// <exception cref="ImageNotCachedException">Something that the manifest names is not in the cache; nothing was named.</exception>
    internal async Task PublishAsync(
        Manifest manifest, IReadOnlyList<ImageReference> names, Predicate<CacheEntry> isNeedless, CancellationToken cancellationToken)
    {
        await PutManifestAsync(manifest, cancellationToken).ConfigureAwait(false);
        var saved = _options.TimeProvider.GetUtcNow();
        await _index.ChangeAsync(
            draft =>
            {
                ThrowIfIncomplete(manifest, names[0]);
                draft.Drop(isNeedless);
                foreach (var name in names)
                {
                    var before = draft.Entries.FirstOrDefault(entry => entry.IsNamed(name.ToString()) && entry.Digest != manifest.Digest);
                    draft.Put(CacheEntry.Create(manifest, name.ToString(), null, saved));
                    if (before is not null && !draft.Entries.Any(entry => entry.Digest == before.Digest && IsOf(name, entry)))
                    {
                        draft.Put(before.WithName(ImageReference.Create(name.Registry, name.Repository).WithDigest(before.Digest).ToString()));
                    }
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static bool IsOf(ImageReference repository, CacheEntry entry) =>
        entry.Reference is { } name && (name.Registry, name.Repository) == (repository.Registry, repository.Repository);

    /// <summary>Takes names away, all by one change; false if there were none.</summary>
    internal Task<bool> RemoveAsync(Predicate<CacheEntry> which, CancellationToken cancellationToken) =>
        _index.ChangeAsync(draft => draft.Drop(which) > 0, cancellationToken);

    /// <summary>Deletes a blob at once, if no image of the cache names it.</summary>
    /// <returns>False if an image names it; it was not deleted.</returns>
    /// <exception cref="CacheCorruptException">A named manifest is damaged, so that nobody can say what it names; nothing was deleted.</exception>
    internal async Task<bool> TryDeleteBlobAsync(Digest digest, CancellationToken cancellationToken)
    {
        // All but what changed meanwhile is read before the lock is taken.
        var reachable = new ReachableBlobs(_manifests);
        var seen = _index.Read();
        reachable.Add(seen, cancellationToken);
        using var held = await _lock.AcquireAsync(cancellationToken).ConfigureAwait(false);
        if (_index.Read() is var now && !ReferenceEquals(now, seen))
        {
            reachable.Add(now, cancellationToken);
        }

        if (now.HasUnknown || reachable.Contains(digest))
        {
            return false;
        }

        StateFile.Delete(Blobs.PathOf(digest));
        return true;
    }
}
