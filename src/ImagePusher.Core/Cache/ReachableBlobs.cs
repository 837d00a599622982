using System.Collections.Concurrent;
using System.Text.Json;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>
/// The blobs that the index refers to, directly or through manifests. Every digest in a manifest of any media type counts
/// as a reference, so that nothing of another tool is collected by mistake. Each manifest is read once.
/// </summary>
internal sealed class ReachableBlobs(CachedManifestReader manifests)
{
    // True where the references of the blob were followed too: the same blob may be listed as data and as a manifest.
    private readonly ConcurrentDictionary<Digest, bool> _reached = new();

    public bool Contains(Digest digest) => _reached.ContainsKey(digest);

    /// <summary>Adds the references of the entries. Manifests that were already read are not read again.</summary>
    /// <exception cref="CacheCorruptException">A manifest is damaged, so its references are unknown.</exception>
    public void Add(IReadOnlyList<CacheEntry> entries, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { CancellationToken = cancellationToken };
        try
        {
            Parallel.ForEach(entries, options, entry => Reach(entry.Digest, entry.Descriptor.MediaType, entry));
        }
        catch (AggregateException error) when (error.InnerException is ImagePusherException first)
        {
            throw first;
        }
    }

    private void Reach(Digest root, string rootType, CacheEntry entry)
    {
        var waiting = new Stack<(Digest Digest, string MediaType)>([(root, rootType)]);
        while (waiting.TryPop(out var next))
        {
            if (!MustRead(next.Digest, MayHaveReferences(next.MediaType)))
            {
                continue;
            }

            foreach (var reference in ReadReferences(next.Digest, next.MediaType, entry))
            {
                waiting.Push(reference);
            }
        }
    }

    private bool MustRead(Digest digest, bool mayHaveReferences) =>
        _reached.TryAdd(digest, mayHaveReferences) ? mayHaveReferences : mayHaveReferences && _reached.TryUpdate(digest, true, false);

    // Layers and configs have no references; anything else in an index may be a manifest of an unknown media type.
    private static bool MayHaveReferences(string mediaType) =>
        mediaType.Length == 0 || mediaType.Contains("manifest", StringComparison.Ordinal)
            || mediaType.Contains("index", StringComparison.Ordinal);

    private List<(Digest Digest, string MediaType)> ReadReferences(Digest digest, string mediaType, CacheEntry entry)
    {
        var isKnown = MediaTypes.IsIndex(mediaType) || MediaTypes.IsManifest(mediaType);
        try
        {
            return (isKnown || !manifests.IsTooLarge(digest)) && manifests.ReadBytes(digest) is { } bytes ? References(bytes) : [];
        }
        catch (JsonException) when (!isKnown)
        {
            return [];
        }
        catch (JsonException error)
        {
            throw Unreadable(entry, $"The manifest {digest} is not JSON.", error);
        }
        catch (CacheCorruptException error)
        {
            throw Unreadable(entry, error.Message, error);
        }
    }

    private static CacheCorruptException Unreadable(CacheEntry entry, string reason, Exception inner) => new(
        $"The blobs of the image {entry} cannot be determined, so nothing was removed: {reason}",
        $"Fetch the image again, or remove '{entry}' from the cache; then try again.",
        inner);

    private static List<(Digest Digest, string MediaType)> References(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var references = new List<(Digest, string)>();
        var waiting = new Stack<JsonElement>([document.RootElement]);
        while (waiting.TryPop(out var element))
        {
            if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in element.EnumerateArray())
                {
                    waiting.Push(item);
                }
            }
            else if (element.ValueKind == JsonValueKind.Object)
            {
                if (Digest.TryParse(element.Text("digest"), out var digest))
                {
                    references.Add((digest, element.Text("mediaType") ?? ""));
                }

                foreach (var property in element.EnumerateObject().Where(
                    property => property.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object))
                {
                    waiting.Push(property.Value);
                }
            }
        }

        return references;
    }
}
