using System.Collections.Concurrent;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>Looks at many images at once: which blobs they share, and what the folder holds.</summary>
internal sealed class CacheSurvey(CacheLayout layout, BlobStore blobs, ManifestReader manifests)
{
    // Counting reads every manifest of the cache: who asks for one image after the other waits for that once.
    private Counted? _counted;

    /// <summary>What each entry is, with what only it names among <paramref name="all"/>, a list that the index gave.</summary>
    public IReadOnlyList<ImageDetails> Inspect(IReadOnlyList<CacheEntry> wanted, IReadOnlyList<CacheEntry> all, CancellationToken cancellationToken)
    {
        var inspector = new ImageInspector(blobs, manifests);
        var details = new ImageDetails[wanted.Count];
        Each(wanted, (entry, position) => details[position] = inspector.Inspect(entry), cancellationToken);
        if (Volatile.Read(ref _counted) is not { } counted || counted.Entries != all)
        {
            Volatile.Write(ref _counted, counted = new Counted(all, CountUses(details, all, cancellationToken)));
        }

        return [.. details.Select(one => one with { UniqueSize = one.Blobs.Where(blob => counted.Uses.GetValueOrDefault(blob.Digest) <= 1).Sum(blob => blob.Size) })];
    }

    public CacheStatistics Measure(IReadOnlyList<CacheEntry> all, CancellationToken cancellationToken)
    {
        var uses = CountUses([], all, cancellationToken);
        var files = Files(layout.BlobFolder);
        var sizes = files.Select(file => (Length: FileLength.Of(file) ?? 0, Uses: Digest.TryParse($"{file.Directory!.Name}:{file.Name}", out var digest) ? uses.GetValueOrDefault(digest) : 0)).ToList();
        return new CacheStatistics
        {
            Path = layout.Root,
            Images = all.Count,
            Blobs = files.Length,
            Bytes = sizes.Sum(file => file.Length),
            SharedBytes = sizes.Where(file => file.Uses > 1).Sum(file => file.Length),
            UniqueBytes = sizes.Where(file => file.Uses == 1).Sum(file => file.Length),
            UnusedBytes = sizes.Where(file => file.Uses == 0).Sum(file => file.Length),
            PartialBytes = Files(layout.PartialFolder).Sum(file => FileLength.Of(file) ?? 0),
            Oldest = all.Select(entry => entry.Saved).Min(),
        };
    }

    // Two names of one manifest are one image: its blobs are not shared by that.
    private ConcurrentDictionary<Digest, int> CountUses(
        IReadOnlyList<ImageDetails> known, IReadOnlyList<CacheEntry> all, CancellationToken cancellationToken)
    {
        var uses = new ConcurrentDictionary<Digest, int>();
        foreach (var image in known.DistinctBy(image => image.Entry.Digest))
        {
            Count(image.Blobs);
        }

        var counted = known.Select(image => image.Entry.Digest).ToHashSet();
        var rest = all.Where(entry => counted.Add(entry.Digest)).ToList();
        Each(rest, (entry, _) => Count(ImageWalk.From(entry.Descriptor, blobs, manifests).Blobs), cancellationToken);
        return uses;

        void Count(IReadOnlyList<Descriptor> named)
        {
            foreach (var blob in named)
            {
                uses.AddOrUpdate(blob.Digest, 1, (_, count) => count + 1);
            }
        }
    }

    private static void Each(IReadOnlyList<CacheEntry> entries, Action<CacheEntry, int> look, CancellationToken cancellationToken)
    {
        try
        {
            Parallel.For(0, entries.Count, new ParallelOptions { CancellationToken = cancellationToken }, position => look(entries[position], position));
        }
        catch (AggregateException error) when (error.InnerException is ImagePusherException first)
        {
            throw first;
        }
    }

    private sealed record Counted(IReadOnlyList<CacheEntry> Entries, ConcurrentDictionary<Digest, int> Uses);

    private static FileInfo[] Files(string path)
    {
        var folder = new DirectoryInfo(path);
        return CacheErrors.Guard(path, () => folder.Exists ? folder.GetFiles("*", SearchOption.AllDirectories) : []);
    }
}
