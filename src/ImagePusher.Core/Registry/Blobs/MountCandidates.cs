using System.Collections.Concurrent;
using System.Collections.Immutable;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Registry.Blobs;

/// <summary>The known repositories of each blob in a registry in this session, and the registries that support mounts.</summary>
internal sealed class MountCandidates
{
    // Many images have millions of blobs; beyond this number the oldest entries are worth less than their memory.
    private const int MaximumBlobs = 200_000;

    // More holders of one blob are of no use.
    private const int MaximumHolders = 4;

    private readonly ConcurrentDictionary<(string Registry, Digest Blob), ImmutableArray<string>> _holders = new();
    // One repository may be gone, or closed to the caller; two in succession are not chance.
    private const int SignificantSources = 2;

    private readonly ConcurrentDictionary<string, ImmutableHashSet<string>> _refused = new(StringComparer.Ordinal);

    /// <summary>The registry that a name means: localhost and the loopback addresses are one host.</summary>
    public static string StoreOf(string registry)
    {
        var colon = registry.LastIndexOf(':');
        var isPort = colon > registry.LastIndexOf(']');
        return (isPort ? registry[..colon] : registry) is "localhost" or "127.0.0.1" or "[::1]"
            ? "localhost" + (isPort ? registry[colon..] : "")
            : registry;
    }

    /// <summary>True if a registry rejected mounts from several repositories since its last mount: it may not support mounts.</summary>
    public bool IsRefused(string registry) => _refused.TryGetValue(registry, out var sources) && sources.Count >= SignificantSources;

    /// <summary>Records the result of a mount.</summary>
    public void Learn(string registry, string source, bool isRefused)
    {
        if (isRefused)
        {
            _refused.AddOrUpdate(
                registry, static (_, source) =>
                    [source], static (_, known, source) => known.Count < SignificantSources ? known.Add(source) : known, source);
        }
        else
        {
            _refused.TryRemove(registry, out _);
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
            // A change by another thread is newer than this.
            _holders.TryUpdate((registry, digest), known.Remove(repository), known);
        }
    }

    /// <summary>Another repository that contains the blob; null if none is known.</summary>
    public string? Find(string registry, string repository, Digest digest) =>
        _holders.TryGetValue((registry, digest), out var known) && !known.Contains(repository) ? known.FirstOrDefault() : null;
}
