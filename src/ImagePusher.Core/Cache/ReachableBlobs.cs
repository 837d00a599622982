using System.Collections.Concurrent;
using System.Text.Json;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>
/// The blobs that something in the index names, directly or through manifests. It takes every digest in a manifest of any
/// kind for a name, also of kinds that are unknown here, so that nothing of another tool is collected by mistake.
/// </summary>
internal sealed class ReachableBlobs(ManifestReader manifests)
{
    // True where what the blob names was reached too: the same blob may be called data here and a manifest there.
    private readonly ConcurrentDictionary<Digest, bool> _reached = new();

    public bool Contains(Digest digest) => _reached.ContainsKey(digest);

    /// <summary>Adds what the entries name. What was read before is not read again.</summary>
    /// <exception cref="CacheCorruptException">A manifest is damaged, so that nobody can say what it names.</exception>
    public void Add(IndexSnapshot index, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { CancellationToken = cancellationToken };
        try
        {
            Parallel.ForEach(index.Entries, options, entry => Reach(entry.Digest, entry.Descriptor.MediaType, entry));
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
            if (!IsToBeRead(next.Digest, MayNameOthers(next.MediaType)))
            {
                continue;
            }

            foreach (var named in ReadNames(next.Digest, next.MediaType, entry))
            {
                waiting.Push(named);
            }
        }
    }

    private bool IsToBeRead(Digest digest, bool mayNameOthers) =>
        _reached.TryAdd(digest, mayNameOthers) ? mayNameOthers : mayNameOthers && _reached.TryUpdate(digest, true, false);

    // Layers and configs name nothing; whatever else an index lists may be a manifest of a kind that is unknown here.
    private static bool MayNameOthers(string mediaType) =>
        mediaType.Length == 0 || mediaType.Contains("manifest", StringComparison.Ordinal) || mediaType.Contains("index", StringComparison.Ordinal);

    private List<(Digest Digest, string MediaType)> ReadNames(Digest digest, string mediaType, CacheEntry entry)
    {
        var isKnown = MediaTypes.IsIndex(mediaType) || MediaTypes.IsManifest(mediaType);
        try
        {
            return (isKnown || !manifests.IsTooLarge(digest)) && manifests.ReadBytes(digest) is { } bytes ? Names(bytes) : [];
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

    private static CacheCorruptException Unreadable(CacheEntry entry, string why, Exception inner) => new(
        $"What the image {entry} names can't be told, so nothing was removed: {why}",
        $"Fetch the image again with Repair-CachedImage, or remove it with Remove-CachedImage '{entry}'; then run the command again.",
        inner);

    private static List<(Digest Digest, string MediaType)> Names(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var names = new List<(Digest, string)>();
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
                    names.Add((digest, element.Text("mediaType") ?? ""));
                }

                foreach (var property in element.EnumerateObject().Where(property => property.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object))
                {
                    waiting.Push(property.Value);
                }
            }
        }

        return names;
    }
}
