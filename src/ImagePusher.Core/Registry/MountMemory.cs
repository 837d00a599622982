using System.Collections.Concurrent;
using System.Collections.Immutable;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Registry;

/// <summary>Which repositories of a registry hold which blobs, as far as this session saw it, and which registries mount at all.</summary>
internal sealed class MountMemory
{
    // A fleet has millions of blobs; beyond these the oldest knowledge is worth less than its memory.
    private const int MaximumBlobs = 200_000;

    // More holders of one blob than these are no more use.
    private const int MaximumHolders = 4;

    private readonly ConcurrentDictionary<(string Registry, Digest Blob), ImmutableArray<string>> _holders = new();
    private readonly ConcurrentDictionary<string, bool> _refusing = new(StringComparer.Ordinal);

    /// <summary>True if the last mount that a registry was asked for was refused: it may never mount.</summary>
    public bool IsRefused(string registry) => _refusing.ContainsKey(registry);

    /// <summary>Takes in what a registry did with a mount.</summary>
    public void Learn(string registry, bool isRefused)
    {
        if (isRefused)
        {
            _refusing.TryAdd(registry, true);
        }
        else
        {
            _refusing.TryRemove(registry, out _);
        }
    }

    public void Remember(string registry, string repository, Digest digest)
    {
        if (!_holders.ContainsKey((registry, digest)) && _holders.Count >= MaximumBlobs)
        {
            _holders.Clear();
        }

        _holders.AddOrUpdate(
            (registry, digest),
            static (_, holder) => [holder],
            static (_, known, holder) => known.Contains(holder) ? known : [.. known.TakeLast(MaximumHolders - 1), holder],
            repository);
    }

    public void Forget(string registry, string repository, Digest digest)
    {
        if (_holders.TryGetValue((registry, digest), out var known))
        {
            // What another thread changed meanwhile is newer than this.
            _holders.TryUpdate((registry, digest), known.Remove(repository), known);
        }
    }

    /// <summary>Another repository that holds the blob; null if none is known.</summary>
    public string? Find(string registry, string repository, Digest digest) =>
        _holders.TryGetValue((registry, digest), out var known) && !known.Contains(repository) ? known.FirstOrDefault() : null;
}
