using System.Collections.Concurrent;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;

namespace ImagePusher.LocalRegistry.Content;

/// <summary>Finds the manifests of a repository by tag and by digest.</summary>
internal sealed class ManifestFinder(ImageCache cache, VerifiedBlobStore blobs)
{
    // The children of a digest never change.
    private readonly ConcurrentDictionary<Digest, IReadOnlyList<Descriptor>> _children = new();
    private RepositoryTable? _table;

    /// <summary>The repositories at this moment.</summary>
    public RepositoryTable Table
    {
        get
        {
            var (entries, table) = (cache.Entries, Volatile.Read(ref _table));
            if (table is null || !ReferenceEquals(table.Entries, entries))
            {
                table = new RepositoryTable(entries, table);
                Volatile.Write(ref _table, table);
            }

            return table;
        }
    }

    /// <summary>Finds a manifest by digest: an entry of the repository, or a descendant of an index of the repository.</summary>
    public async Task<Descriptor?> FindAsync(string repository, Digest digest, CancellationToken cancellationToken)
    {
        var table = Table;
        var entry = table.FindDigest(repository, digest).FirstOrDefault().Entry;
        return entry?.Descriptor
            ?? (cache.Blobs.SizeOf(digest) is null
                ? null : (await FindInIndexesAsync(table, repository, digest, cancellationToken).ConfigureAwait(false))?.Manifest);
    }

    /// <summary>Finds the first index of a repository that contains a manifest.</summary>
    public Task<(RepositoryEntry Index, Descriptor Manifest)?> FindParentAsync(
        string repository, Digest digest, CancellationToken cancellationToken) =>
        FindInIndexesAsync(Table, repository, digest, cancellationToken);

    /// <summary>Parses a manifest of the cache; null if it is missing, damaged or malformed.</summary>
    public async Task<Manifest?> ReadAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        if (await blobs.ReadManifestAsync(descriptor.Digest, cancellationToken).ConfigureAwait(false) is not { } raw)
        {
            return null;
        }

        try
        {
            return Manifest.Parse(raw, descriptor.MediaType.Length > 0 ? descriptor.MediaType : null, descriptor.Digest.HashName);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private async Task<(RepositoryEntry Index, Descriptor Manifest)?> FindInIndexesAsync(
        RepositoryTable table, string repository, Digest digest, CancellationToken cancellationToken)
    {
        var visited = new HashSet<Digest>();
        foreach (var entry in table.In(repository).Where(entry => entry.Entry.Digest != digest))
        {
            var pending = new Stack<Descriptor>([entry.Entry.Descriptor]);
            while (pending.TryPop(out var next))
            {
                if (!MediaTypes.IsIndex(next.MediaType) || !visited.Add(next.Digest))
                {
                    continue;
                }

                foreach (var child in await ChildrenAsync(next, cancellationToken).ConfigureAwait(false))
                {
                    if (child.Digest == digest)
                    {
                        return (entry, child);
                    }

                    pending.Push(child);
                }
            }
        }

        return null;
    }

    private async Task<IReadOnlyList<Descriptor>> ChildrenAsync(Descriptor index, CancellationToken cancellationToken)
    {
        if (_children.TryGetValue(index.Digest, out var known))
        {
            return known;
        }

        if (await ReadAsync(index, cancellationToken).ConfigureAwait(false) is not ImageIndex { Manifests: var children })
        {
            return [];
        }

        if (_children.Count >= LocalRegistryLimits.CachedIndexes)
        {
            _children.Clear();
        }

        _children[index.Digest] = children;
        return children;
    }
}
