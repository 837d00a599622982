using System.Collections.Concurrent;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Sync;

/// <summary>Finds the digests that tags need: their own digests, and the digests of all content of their indexes.</summary>
internal sealed class KeptDigests(RegistryRepository repository)
{
    private const int Parallelism = 6;

    private readonly ConcurrentDictionary<Digest, bool> _found = new();

    /// <summary>The digests that tags and other digests need.</summary>
    /// <exception cref="ImagePusherException">A manifest could not be read, so it is unknown which digests may be removed.</exception>
    public async Task<IReadOnlySet<Digest>> ReadAsync(
        IEnumerable<string> tags, IEnumerable<Digest> digests, CancellationToken cancellationToken)
    {
        await Parallel.ForEachAsync(
            tags.Concat(digests.Select(digest => digest.ToString())),
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (name, stop) =>
            {
                if (Digest.TryParse(name, out var digest))
                {
                    _found.TryAdd(digest, true);
                }

                await AddAsync(name, stop).ConfigureAwait(false);
            }).ConfigureAwait(false);
        return _found.Keys.ToHashSet();
    }

    // The manifest itself is read: the digest and type in a HEAD response are not verified with its bytes, and may come from a cache.
    private async Task AddAsync(string name, CancellationToken cancellationToken)
    {
        Manifest manifest;
        try
        {
            manifest = await repository.ResolveAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (ManifestNotFoundException)
        {
            // A tag may be gone since it was listed.
            return;
        }
        catch (UnsupportedContentException)
        {
            // Of a manifest that cannot be read only its digest is known.
            var head = await repository.DescribeAsync(name, cancellationToken).ConfigureAwait(false);
            _found.TryAdd(head.Digest, true);
            return;
        }

        _found.TryAdd(manifest.Digest, true);
        await AddChildrenAsync(manifest, cancellationToken).ConfigureAwait(false);
    }

    // Each digest once, however many tags and indexes lead to it.
    private async Task AddChildrenAsync(Manifest root, CancellationToken cancellationToken)
    {
        // Indexes are read one after the other, so that they are not held together.
        var (waiting, count) = (new Stack<Descriptor>(), 0);
        for (var next = root; next is not null; next = await NextAsync(waiting, cancellationToken).ConfigureAwait(false))
        {
            foreach (var child in (next as ImageIndex)?.Manifests ?? [])
            {
                if (!_found.TryAdd(child.Digest, true))
                {
                    continue;
                }

                if (++count > TransferLimits.ManifestsPerImage)
                {
                    throw new LimitExceededException(
                        $"The index {root.Digest} of {repository.Description} has more than "
                        + $"{TransferLimits.ManifestsPerImage:N0} manifests.",
                        "Delete it from the registry, or do not remove tags from this repository.");
                }

                if (MediaTypes.IsIndex(child.MediaType))
                {
                    waiting.Push(child);
                }
            }
        }
    }

    private async Task<Manifest?> NextAsync(Stack<Descriptor> waiting, CancellationToken cancellationToken) =>
        waiting.TryPop(out var index) ? await repository.GetManifestAsync(index, cancellationToken).ConfigureAwait(false) : null;
}
