using System.Collections.Concurrent;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;

namespace ImagePusher.LocalRegistry;

/// <summary>Finds the manifests of a repository by tag and by digest.</summary>
internal sealed class NameLookup(ImageCache cache)
{
    // What an index names never changes; this much of it is remembered.
    private const int MaximumIndexes = 4096;

    private readonly ConcurrentDictionary<Digest, IReadOnlyList<Descriptor>> _children = new();
    private RepositoryTable? _table;

    /// <summary>The repositories as they are now.</summary>
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

    /// <summary>A manifest by digest, where an entry of the repository is it, or is an index that leads to it; else null.</summary>
    public async Task<Descriptor?> FindAsync(string repository, Digest digest, CancellationToken cancellationToken)
    {
        var table = Table;
        var entry = table.FindDigest(repository, digest).FirstOrDefault().Entry;
        return entry?.Descriptor
            ?? (cache.Blobs.SizeOf(digest) is null ? null : (await FindInIndexesAsync(table, repository, digest, cancellationToken).ConfigureAwait(false))?.Manifest);
    }

    /// <summary>The first index of a repository that leads to a manifest, and how it names it; null if there is none.</summary>
    public Task<(NamedEntry Index, Descriptor Manifest)?> FindParentAsync(string repository, Digest digest, CancellationToken cancellationToken) =>
        FindInIndexesAsync(Table, repository, digest, cancellationToken);

    private async Task<(NamedEntry Index, Descriptor Manifest)?> FindInIndexesAsync(
        RepositoryTable table, string repository, Digest digest, CancellationToken cancellationToken)
    {
        var seen = new HashSet<Digest>();
        foreach (var entry in table.In(repository).Where(entry => entry.Entry.Digest != digest))
        {
            var waiting = new Stack<Descriptor>([entry.Entry.Descriptor]);
            while (waiting.TryPop(out var next))
            {
                if (!MediaTypes.IsIndex(next.MediaType) || !seen.Add(next.Digest))
                {
                    continue;
                }

                foreach (var child in await ChildrenAsync(next, cancellationToken).ConfigureAwait(false))
                {
                    if (child.Digest == digest)
                    {
                        return (entry, child);
                    }

                    waiting.Push(child);
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

        if (!cache.Blobs.Contains(index))
        {
            return [];
        }

        var manifest = await cache.GetManifestAsync(index, cancellationToken).ConfigureAwait(false);
        var children = manifest is ImageIndex { Manifests: var found } ? found : [];
        if (_children.Count >= MaximumIndexes)
        {
            _children.Clear();
        }

        _children[index.Digest] = children;
        return children;
    }
}
