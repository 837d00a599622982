using System.Collections.Concurrent;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Transfer;

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
                    await AddAsync(root, stop).ConfigureAwait(false);
                }
            }).ConfigureAwait(false);
        return _found.Keys.ToHashSet();
    }

    // Each digest once, however many tags and indexes lead to it.
    private async Task AddAsync(Descriptor root, CancellationToken cancellationToken)
    {
        var waiting = new Stack<Descriptor>([root]);
        for (var count = 0; waiting.TryPop(out var next);)
        {
            if (!_found.TryAdd(next.Digest, true))
            {
                continue;
            }

            if (++count > ImageTreeReader.MaximumManifests)
            {
                throw new LimitExceededException(
                    $"The index {root.Digest} of {repository.Description} has more than {ImageTreeReader.MaximumManifests:N0} manifests.",
                    "Delete it from the registry, or do not remove tags from this repository.");
            }

            if (MediaTypes.IsIndex(next.MediaType)
                && await repository.GetManifestAsync(next, cancellationToken).ConfigureAwait(false) is ImageIndex index)
            {
                foreach (var child in index.Manifests)
                {
                    waiting.Push(child);
                }
            }
        }
    }
}
