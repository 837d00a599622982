using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;

namespace ImagePusher.Core.Cache;

/// <summary>
/// The local cache of images: an OCI image layout that many threads and processes can use at the same time. An image is listed only when
/// all its blobs are in the cache; a killed process leaves only partial blobs that can be resumed.
/// </summary>
/// <remarks>image-spec, image-layout.md; docs/operate/cache.md describes the folder.</remarks>
public sealed partial class ImageCache : IReferrerSource, IImageTarget
{
    private readonly CachePaths _paths;
    private readonly CacheInitializer _initializer;
    private readonly CacheLock _lock;
    private readonly CacheIndex _index;
    private readonly CacheOptions _options;
    private readonly CachedManifestReader _manifests;
    private readonly BlobUsage _usage;

    private ImageCache(string path, CacheOptions options)
    {
        _options = options;
        _paths = new CachePaths(path);
        _initializer = new CacheInitializer(_paths);
        _lock = new CacheLock(_paths, _initializer, options);
        _index = new CacheIndex(_paths, _initializer, _lock, options);
        Blobs = new BlobStore(_paths, _lock, options);
        _manifests = new CachedManifestReader(Blobs);
        _usage = new BlobUsage(_paths, Blobs, _manifests);
    }

    /// <summary>
    /// The default folder: <c>IMAGEPUSHER_CACHE</c>, else <c>imagepusher</c> in the platform's folder for caches
    /// (<c>XDG_CACHE_HOME</c> or <c>~/.cache</c>, <c>%LOCALAPPDATA%</c>, <c>~/Library/Caches</c>).
    /// </summary>
    public static string DefaultPath => PlatformFolders.Cache;

    /// <summary>The cache's folder, an absolute path.</summary>
    public string Path => _paths.Root;

    internal string Description => $"the cache {_paths.Root}";

    internal BlobStore Blobs { get; }

    /// <summary>
    /// Opens the cache in a folder: an OCI image layout, also one of another tool, or a folder that is empty or does not
    /// exist. Nothing is read or written yet; the first write creates what is missing.
    /// </summary>
    /// <param name="path">The folder.</param>
    public static ImageCache Open(string path) => Open(path, null);

    /// <inheritdoc cref="Open(string)"/>
    /// <param name="path">The folder.</param>
    /// <param name="options">The options of the cache; null for the defaults.</param>
    internal static ImageCache Open(string path, CacheOptions? options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ImageCache(System.IO.Path.GetFullPath(path), options ?? new CacheOptions());
    }

    /// <summary>Creates what is missing of the layout, and checks that the folder can be a cache.</summary>
    /// <exception cref="InvalidOptionException">The folder contains other files and is not an OCI image layout.</exception>
    /// <exception cref="CacheCorruptException">The layout is damaged, or has links or files of other users where none may be.</exception>
    /// <exception cref="CacheLockedException">The file system has no locks, or another process holds the lock.</exception>
    /// <exception cref="AccessDeniedException">The folder cannot be written.</exception>
    internal async Task InitializeAsync(CancellationToken cancellationToken = default)
    {
        using var held = await _lock.AcquireAsync(cancellationToken).ConfigureAwait(false);
        _index.Read();
    }

    /// <summary>
    /// Removes the blobs that no image uses and that are older than the grace period, and partial blobs that no writer resumed. The age of
    /// a file counts from its last change of any kind, so that recently copied blobs are kept.
    /// </summary>
    /// <param name="gracePeriod">
    /// The grace period instead of that of the cache, one hour; partial blobs are kept 24 times as long. A save in progress that takes
    /// longer fails.
    /// </param>
    /// <param name="dryRun">True to count only.</param>
    /// <param name="cancellationToken">Stops between two batches; no blob of an image is removed by then.</param>
    /// <exception cref="CacheCorruptException">A manifest is damaged, so the blobs in use are unknown; nothing was removed.</exception>
    /// <exception cref="UnsupportedContentException">The blobs are in a folder that a symbolic link leads to.</exception>
    public Task<GarbageReport> CollectGarbageAsync(
        TimeSpan? gracePeriod = null, bool dryRun = false, CancellationToken cancellationToken = default) =>
        RunTaskAsync(() => CreateCollector().CollectAsync(gracePeriod, dryRun, cancellationToken), cancellationToken);

    /// <summary>
    /// Removes all images, blobs and partial blobs from the cache. This also repairs a cache whose index.json is damaged or missing.
    /// A save in progress in another process fails.
    /// </summary>
    /// <exception cref="InvalidOptionException">The folder is not a cache, or its index.json is not an OCI index.</exception>
    public Task<GarbageReport> ClearAsync(CancellationToken cancellationToken = default) =>
        RunTaskAsync(() => new CacheReset(_paths, _lock, _index, CreateCollector()).RunAsync(cancellationToken), cancellationToken);

    /// <summary>Gets the statistics of the cache.</summary>
    internal Task<CacheStatistics> GetStatisticsAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => _usage.Measure(_index.Read().Entries, cancellationToken), cancellationToken);

    private GarbageCollector CreateCollector() => new(_paths, _initializer, _lock, _index, Blobs, _manifests, _options);

    // File operations are short but not immediate, and one of the callers is a thread that displays progress.
    private Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken) =>
        Task.Run(() => LayoutErrors.Guard(_paths.Root, work), cancellationToken);

    private async Task<T> RunTaskAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(work, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LayoutErrors.From(error, _paths.Root);
        }
    }
}
