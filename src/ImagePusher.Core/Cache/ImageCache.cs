using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>
/// The local cache of images: an OCI image layout that many threads and processes may use at once. An image is named only
/// when all that it names is there, and a process that is killed leaves nothing worse than parts to go on with.
/// </summary>
/// <remarks>image-spec, image-layout.md; docs/operate/cache.md says what lies where.</remarks>
public sealed partial class ImageCache : IImageSource, IImageTarget
{
    private readonly CacheLayout _layout;
    private readonly CacheLock _lock;
    private readonly CacheIndex _index;
    private readonly CacheOptions _options;
    private readonly ManifestReader _manifests;
    private readonly UploadJournal _uploads;
    private readonly CacheSurvey _survey;

    private ImageCache(string path, CacheOptions options)
    {
        _layout = new CacheLayout(path);
        _options = options;
        _lock = new CacheLock(_layout, options);
        _index = new CacheIndex(_layout, _lock, options);
        _uploads = new UploadJournal(_layout, _lock, options);
        Blobs = new BlobStore(_layout, _lock, options);
        Encodings = new EncodingMemory(_layout, _lock);
        _manifests = new ManifestReader(Blobs);
        _survey = new CacheSurvey(_layout, Blobs, _manifests);
    }

    /// <summary>
    /// Where the cache is unless told: <c>IMAGEPUSHER_CACHE</c>, else <c>imagepusher</c> in the platform's folder for caches
    /// (<c>XDG_CACHE_HOME</c> or <c>~/.cache</c>, <c>%LOCALAPPDATA%</c>, <c>~/Library/Caches</c>).
    /// </summary>
    public static string DefaultPath => CacheFolder.Default;

    /// <summary>The cache's folder, absolute.</summary>
    public string Path => _layout.Root;

    /// <summary>The blobs.</summary>
    public BlobStore Blobs { get; }

    /// <summary>What plain layers became when they were compressed.</summary>
    public IEncodingStore Encodings { get; }

    /// <summary>The uploads that are under way.</summary>
    public IUploadJournal Uploads => _uploads;

    /// <inheritdoc/>
    public string Description => $"the cache {_layout.Root}";

    /// <inheritdoc/>
    public int ParallelBlobs => 8;

    /// <summary>
    /// The cache in a folder: an OCI image layout, also one that another tool made, or a folder that is empty or does not
    /// exist yet. Nothing is read or written here; the first write makes what is missing.
    /// </summary>
    public static ImageCache Open(string path, CacheOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ImageCache(System.IO.Path.GetFullPath(path), options ?? new CacheOptions());
    }

    /// <summary>Makes what is missing of the layout, and checks that the folder can be a cache.</summary>
    /// <exception cref="CacheCorruptException">The folder holds something else, or a damaged layout.</exception>
    /// <exception cref="CacheLockedException">The folder's file system has no locks, or another process holds the lock.</exception>
    public async Task InitializeAsync(CancellationToken cancellationToken)
    {
        using var held = await _lock.AcquireAsync(cancellationToken).ConfigureAwait(false);
        _layout.Complete(startOver: false);
        _index.Read();
    }

    /// <summary>The images, in the index's order. No blob is opened.</summary>
    /// <exception cref="CacheCorruptException">index.json is damaged, or the folder is no OCI image layout.</exception>
    public Task<IReadOnlyList<CacheEntry>> ListAsync(CancellationToken cancellationToken) => RunAsync(() => _index.Read().Entries, cancellationToken);

    /// <summary>
    /// Finds an image: by its literal name, then by the normalised one (<c>nginx</c> for docker.io/library/nginx:latest),
    /// then by digest (<c>sha256:…</c>, or <c>name@sha256:…</c> where the digest may also be that of its source).
    /// </summary>
    /// <returns>Null if there is none.</returns>
    public Task<CacheEntry?> FindAsync(string text, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(text);
        return RunAsync(() => EntryFinder.Find(_index.Read().Entries, text), cancellationToken);
    }

    /// <summary>
    /// What a registry over this cache serves as repository:tag: <c>localhost/R:T</c>, then <c>docker.io/R:T</c>, then the only
    /// name of any registry with that repository and tag; null if there is none, or more than one.
    /// </summary>
    public Task<CacheEntry?> FindServedAsync(string repository, string tag, CancellationToken cancellationToken) =>
        RunAsync(() => EntryFinder.FindServed(_index.Read().Entries, repository, tag), cancellationToken);

    /// <summary>The images whose manifests name this one as their subject: signatures, SBOMs.</summary>
    /// <remarks>distribution-spec, Listing Referrers. Entries that other tools wrote are read for it.</remarks>
    public Task<IReadOnlyList<CacheEntry>> FindReferrersAsync(Digest subject, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return RunAsync<IReadOnlyList<CacheEntry>>(
            () => [.. _index.Read().Entries.Where(entry => SubjectOf(entry) == subject).DistinctBy(entry => entry.Digest)], cancellationToken);
    }

    /// <summary>What an image is. Its manifests and configs are read, no layer is.</summary>
    public Task<ImageDetails> InspectAsync(CacheEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return RunAsync(() => new ImageInspector(Blobs, _manifests).Inspect(entry), cancellationToken);
    }

    /// <summary>What several images are, and what of each no other image of the cache shares.</summary>
    public Task<IReadOnlyList<ImageDetails>> InspectAllAsync(IReadOnlyList<CacheEntry> entries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return RunAsync(() => _survey.Inspect(entries, _index.Read().Entries, cancellationToken), cancellationToken);
    }

    /// <summary>Takes an image's name away; its blobs stay for the garbage collection. False if the entry is not there any more.</summary>
    public Task<bool> RemoveAsync(CacheEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return _index.ChangeAsync(draft => draft.Drop(other => other.Digest == entry.Digest && other.Name == entry.Name) > 0, cancellationToken);
    }

    /// <summary>Checks that an image is whole: that all is there with its size, and with <paramref name="full"/> that every byte is right.</summary>
    public Task<VerifyReport> VerifyAsync(CacheEntry entry, bool full, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Task.Run(() => new ImageVerifier(Blobs, _manifests).VerifyAsync(entry, full, cancellationToken), cancellationToken);
    }

    /// <summary>Deletes the blobs that a verification found damaged and that were not replaced since, so that the next save fetches them again.</summary>
    public async Task DiscardAsync(VerifyReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        using var held = await _lock.AcquireAsync(cancellationToken).ConfigureAwait(false);
        foreach (var (path, written) in report.BadFiles.Select(file => (Blobs.PathOf(file.Digest), file.Written)))
        {
            // By the time that it was written, not by the clock: a file's time may be some milliseconds behind.
            if (File.GetLastWriteTimeUtc(path) == written)
            {
                StateFile.Delete(path);
            }
        }
    }

    /// <summary>Removes the blobs that no image names and that are older than the grace period, and parts of blobs that nobody goes on with.</summary>
    /// <param name="whatIf">True to count only.</param>
    /// <param name="cancellationToken">Stops between two batches; what is removed by then is no image's.</param>
    /// <param name="gracePeriod">Another period than <see cref="CacheOptions.GracePeriod"/>, and parts of blobs stay 24 times as long. Shorter than a save that is under way takes, it makes that save fail.</param>
    /// <exception cref="CacheCorruptException">A named manifest is damaged, so that nobody can say what it names; nothing was removed.</exception>
    public Task<GarbageReport> CollectGarbageAsync(bool whatIf, CancellationToken cancellationToken, TimeSpan? gracePeriod = null)
    {
        var collector = new GarbageCollector(_layout, _lock, _index, _manifests, _uploads, _options);
        return Task.Run(() => collector.CollectAsync(gracePeriod, whatIf, cancellationToken), cancellationToken);
    }

    /// <summary>What the cache holds.</summary>
    public Task<CacheStatistics> GetStatisticsAsync(CancellationToken cancellationToken) =>
        RunAsync(() => _survey.Measure(_index.Read().Entries, cancellationToken), cancellationToken);

    /// <summary>
    /// Empties the cache: every name, every blob, every part and memory. It also mends a cache whose index.json is damaged or
    /// lost. A save that is under way in another process fails.
    /// </summary>
    public Task<GarbageReport> ClearAsync(CancellationToken cancellationToken)
    {
        var collector = new GarbageCollector(_layout, _lock, _index, _manifests, _uploads, _options);
        return Task.Run(() => new CacheReset(_layout, _lock, _index, collector).RunAsync(cancellationToken), cancellationToken);
    }

    /// <summary>What a manifest names, directly or through its children, and the cache lacks.</summary>
    public Task<IReadOnlyList<Descriptor>> FindMissingAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return RunAsync<IReadOnlyList<Descriptor>>(() => ImageWalk.From(manifest, Blobs, _manifests).Missing, cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="ImageNotCachedException">There is no image of this name, and no manifest of this digest.</exception>
    public Task<Manifest> ResolveAsync(string nameOrDigest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(nameOrDigest);
        return RunAsync(() => Resolve(nameOrDigest), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Manifest> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return RunAsync(
            () => _manifests.Read(descriptor.Digest, descriptor.MediaType) is { } manifest && manifest.Raw.Length == descriptor.Size
                ? manifest
                : throw new CacheCorruptException(
                    $"The cache {Path} has no manifest {descriptor.Digest} of {descriptor.Size} bytes.",
                    "Fetch the image's missing parts again with Repair-CachedImage, or save or import it again."),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken) => Task.FromResult(Blobs.Contains(descriptor));

    /// <inheritdoc/>
    public Task<Stream> OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken) =>
        RunAsync(() => Blobs.Open(descriptor, offset), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> HasBlobAsync(Descriptor descriptor, CancellationToken cancellationToken) => Blobs.ReserveAsync([descriptor], cancellationToken);

    /// <inheritdoc/>
    public async Task<Digest?> FindPublishedAsync(ImageReference name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        var entry = await RunAsync(() => _index.Read().Entries.FirstOrDefault(entry => entry.IsNamed(name.ToString())), cancellationToken).ConfigureAwait(false);
        return entry is not null && await IsWholeAsync(entry.Descriptor, cancellationToken).ConfigureAwait(false) ? entry.Digest : null;
    }

    /// <summary>False: a cache has all its blobs in one place.</summary>
    public Task<bool> TryMountAsync(Descriptor descriptor, CancellationToken cancellationToken) => Task.FromResult(false);

    /// <summary>Null: a cache has all its blobs in one place.</summary>
    public string? MountCandidate(Descriptor descriptor) => null;

    /// <inheritdoc/>
    public Task<BlobIdentity> WriteBlobAsync(BlobSource blob, CancellationToken cancellationToken) => Blobs.WriteAsync(blob, cancellationToken);

    /// <inheritdoc/>
    public Task PutManifestAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return Blobs.WriteAsync(manifest.Digest, manifest.Raw, cancellationToken);
    }

    /// <summary>Puts a manifest in place and names it; what had the name before loses it. A name without tag and digest becomes name@digest.</summary>
    /// <exception cref="ImageNotCachedException">Something that the manifest names is not in the cache; nothing was named.</exception>
    public async Task PublishAsync(Manifest manifest, ImageReference name, Digest? source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(name);
        var full = name is { Tag: null, Digest: null } ? name.WithDigest(manifest.Digest) : name;
        await PutManifestAsync(manifest, cancellationToken).ConfigureAwait(false);
        var entry = CacheEntry.Create(manifest, full.ToString(), source, _options.TimeProvider.GetUtcNow());
        await _index.ChangeAsync(
            draft =>
            {
                // Under the lock, so that no garbage collection comes between the check and the name.
                ThrowIfIncomplete(manifest, full);
                draft.Put(entry);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>True if a manifest is here with all it names; all of it is then kept from the garbage collection for a while.</summary>
    private async Task<bool> IsWholeAsync(Descriptor manifest, CancellationToken cancellationToken)
    {
        var walk = await RunAsync(() => ImageWalk.From(manifest, Blobs, _manifests), cancellationToken).ConfigureAwait(false);
        return walk.IsComplete && walk.Manifests.Count > 0 && await Blobs.ReserveAsync(walk.Blobs, cancellationToken).ConfigureAwait(false);
    }

    private void ThrowIfIncomplete(Manifest manifest, ImageReference name)
    {
        var walk = ImageWalk.From(manifest, Blobs, _manifests);
        if (!Blobs.Contains(manifest.Descriptor))
        {
            walk.Missing.Insert(0, manifest.Descriptor);
        }

        if (walk.Damaged is [var damaged, ..])
        {
            throw new CacheCorruptException($"{name} was not named in the cache: {damaged.Problem}", "Save or import the image again.");
        }

        if (walk.Missing.Count > 0)
        {
            throw new ImageNotCachedException(
                $"{name} was not named in the cache {Path}, because it lacks {walk.Missing.Count} of what the image names: "
                + $"{string.Join(", ", walk.Missing.Take(3).Select(blob => blob.Digest))}{(walk.Missing.Count > 3 ? ", …" : "")}.",
                "Save or import the image again. If another process cleaned the cache meanwhile, give it a longer grace period.");
        }
    }

    private Manifest Resolve(string nameOrDigest)
    {
        if (EntryFinder.Find(_index.Read().Entries, nameOrDigest) is { } entry)
        {
            return _manifests.Read(entry.Digest, entry.Descriptor.MediaType)
                ?? throw new CacheCorruptException(
                    $"The cache {Path} names {entry}, but has not its manifest {entry.Digest}.",
                    "Fetch it again with Repair-CachedImage, or save or import it again.");
        }

        return (Digest.TryParse(nameOrDigest, out var digest) ? _manifests.ReadIfManifest(digest) : null)
            ?? throw new ImageNotCachedException(
                $"The cache {Path} has no image '{nameOrDigest}'.",
                "Get-CachedImage lists what it has; Save-ImageToCache or Import-ImageTar brings the image in.");
    }

    private Digest? SubjectOf(CacheEntry entry) => entry.Saved is not null
        ? entry.Subject
        : MediaTypes.IsManifest(entry.Descriptor.MediaType) || MediaTypes.IsIndex(entry.Descriptor.MediaType)
            ? _manifests.Read(entry.Digest, entry.Descriptor.MediaType)?.Subject?.Digest
            : null;

    // The file work is short but not instant, and callers include a thread that draws progress.
    private static Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken) => Task.Run(work, cancellationToken);
}
