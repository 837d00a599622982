using System.Collections.Concurrent;
using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>Describes many images at once: which blobs they share, and how much space the cache uses.</summary>
internal sealed class BlobUsage(CachePaths paths, BlobStore blobs, CachedManifestReader manifests)
{
    // Counting reads every manifest of the cache: a caller that checks one image at a time waits for that once.
    private Counted? _counted;

    /// <summary>
    /// Describes entries, each with the blobs that only it uses among <paramref name="all"/>, a list that the index gave.
    /// </summary>
    public IReadOnlyList<ImageDetails> Inspect(
        IReadOnlyList<CacheEntry> wanted, IReadOnlyList<CacheEntry> all, CancellationToken cancellationToken)
    {
        var inspector = new ImageInspector(blobs, manifests);
        var details = new ImageDetails[wanted.Count];
        Each(wanted, (entry, position) => details[position] = inspector.Inspect(entry), cancellationToken);
        if (Volatile.Read(ref _counted) is not { } counted || counted.Entries != all)
        {
            Volatile.Write(ref _counted, counted = new Counted(all, CountUses(details, all, cancellationToken)));
        }

        return [.. details.Select(
            one => one with { UniqueSize =
                one.Blobs.Where(blob => counted.Uses.GetValueOrDefault(blob.Digest) <= 1).SumBytes(blob => blob.Size) })];
    }

    public CacheStatistics Measure(IReadOnlyList<CacheEntry> all, CancellationToken cancellationToken)
    {
        var uses = CountUses([], all, cancellationToken);
        var blobs = DigestAlgorithm.All.SelectMany(
            algorithm => Files(paths.BlobFolder, paths.AlgorithmFolder(algorithm)).Select(file => (
            Length: FileLength.Of(file) ?? 0,
            Uses: Digest.TryParse($"{algorithm}:{Path.GetFileName(file)}", out var digest) ? uses.GetValueOrDefault(digest) : 0))).ToList();
        return new CacheStatistics
        {
            Path = paths.Root,
            Images = all.Count(entry => entry.ReferrerOf is null),
            Blobs = blobs.Count,
            Bytes = blobs.SumBytes(file => file.Length),
            SharedBytes = blobs.Where(file => file.Uses > 1).SumBytes(file => file.Length),
            UniqueBytes = blobs.Where(file => file.Uses == 1).SumBytes(file => file.Length),
            UnusedBytes = blobs.Where(file => file.Uses == 0).SumBytes(file => file.Length),
            PartialBytes = paths.PartialFolders.SelectMany(folder => Files(paths.StateFolder, folder)).SumBytes(
                file => FileLength.Of(file) ?? 0),
            Oldest = all.Select(entry => entry.Saved).Min(),
        };
    }

    // Two names of one manifest are one image; that does not make its blobs shared.
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

    private static void Each(IReadOnlyList<CacheEntry> entries, Action<CacheEntry, int> visit, CancellationToken cancellationToken)
    {
        try
        {
            Parallel.For(0, entries.Count, new ParallelOptions { CancellationToken = cancellationToken }, position =>
                visit(entries[position], position));
        }
        catch (AggregateException error) when (error.InnerException is ImagePusherException first)
        {
            throw first;
        }
    }

    private sealed record Counted(IReadOnlyList<CacheEntry> Entries, ConcurrentDictionary<Digest, int> Uses);

    // A folder that a link leads to is not part of the cache.
    private static string[] Files(string parent, string folder) => LayoutErrors.Guard(
        folder, () => IsRealFolder(parent) && IsRealFolder(folder) ? Directory.GetFiles(folder) : []);

    private static bool IsRealFolder(string path) => FileStatus.Of(path) is { Kind: FileKind.Directory };
}
