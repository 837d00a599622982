using System.Collections.Concurrent;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;

namespace ImagePusher.Core.Sync;

/// <summary>Finds the digests that tags need: their own, and those of everything in their indexes.</summary>
internal sealed class KeptDigests(RegistryRepository repository)
{
    private const int Parallelism = 6;

    private readonly ConcurrentDictionary<Digest, bool> _found = new();

    /// <summary>The digests that tags and other digests need.</summary>
    /// <exception cref="ImagePusherException">One of them could not be read, so it is not known what may be removed.</exception>
    public async Task<IReadOnlySet<Digest>> ReadAsync(
        IEnumerable<string> tags, IEnumerable<Digest> digests, CancellationToken cancellationToken)
    {
        await Parallel.ForEachAsync(
            tags.Concat(digests.Select(digest => digest.ToString())),
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (name, stop) =>
            {
                // A tag may be gone since it was listed.
                if (await repository.HeadAsync(name, stop).ConfigureAwait(false) is { } root)
                {
                    await AddAsync(root, 0, stop).ConfigureAwait(false);
                }
            }).ConfigureAwait(false);
        return _found.Keys.ToHashSet();
    }

    private async Task AddAsync(Descriptor manifest, int depth, CancellationToken cancellationToken)
    {
        if (!_found.TryAdd(manifest.Digest, true) || !MediaTypes.IsIndex(manifest.MediaType) || depth > IO.Limits.IndexDepth)
        {
            return;
        }

        if (await repository.GetManifestAsync(manifest, cancellationToken).ConfigureAwait(false) is ImageIndex index)
        {
            foreach (var child in index.Manifests)
            {
                await AddAsync(child, depth + 1, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
