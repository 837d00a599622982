using System.Collections.Concurrent;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Session;

/// <summary>
/// What all cmdlets of a process share: the cache, the registry client with its connections and credentials, the limits,
/// the local registries. One for each process, since <c>ForEach-Object -Parallel</c> runs its blocks in runspaces of
/// their own, which must see the same.
/// </summary>
internal sealed class PusherSession
{
    private static readonly Lazy<PusherSession> Shared = new(static () => new());

    private readonly ConcurrentDictionary<string, ImageCache> _caches = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _seenReferences = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ImageReference, byte> _seenRepositories = new();
    private string? _cachePath;

    private PusherSession() => Client = NewClient();

    public static PusherSession Current => Shared.Value;

    /// <summary>The folder of this session's cache.</summary>
    public string CachePath
    {
        get => _cachePath ?? ImageCache.DefaultPath;
        set => _cachePath = value;
    }

    /// <summary>The session's one registry client.</summary>
    public RegistryClient Client { get; private set; }

    /// <summary>The limits over all copies of the process.</summary>
    public TransferLimits Limits { get; } = new();

    /// <summary>The local registries that this process serves.</summary>
    public LocalRegistryList LocalRegistries { get; } = new();

    /// <summary>References that a registry answered for in this session: what completion offers without asking anybody.</summary>
    public IEnumerable<string> SeenReferences => _seenReferences.Keys;

    /// <summary>The repositories of these references, and those that a registry listed: names without tag and digest.</summary>
    public IEnumerable<ImageReference> SeenRepositories => _seenRepositories.Keys;

    /// <summary>The cache in a folder; the session's own where none is named.</summary>
    public ImageCache Cache(string? path = null) => _caches.GetOrAdd(Path.GetFullPath(path ?? CachePath), static folder => ImageCache.Open(folder));

    /// <summary>A copier that remembers encodings in a cache.</summary>
    public ImageCopier Copier(ImageCache? cache = null) => new(Limits, (cache ?? Cache()).Encodings);

    /// <summary>Keeps a reference for completion.</summary>
    public void Saw(ImageReference reference)
    {
        _seenReferences.TryAdd(reference.ToString(), 0);
        SawRepository(reference);
    }

    /// <summary>Keeps a repository for completion.</summary>
    public void SawRepository(ImageReference reference) => _seenRepositories.TryAdd(reference.ByDigest(), 0);

    /// <summary>Closes the session if a cmdlet has used it. The exit of a process must not create one.</summary>
    public static void CloseCurrent()
    {
        if (Shared.IsValueCreated)
        {
            Current.Close();
        }
    }

    /// <summary>
    /// Ends the session, at the last Remove-Module and at the end of the process: stops what listens, closes the connections,
    /// and forgets credentials, tokens, options, what registries were seen to do, the cache that was set and the names that
    /// were seen. An import after it begins a new one.
    /// </summary>
    public void Close()
    {
        LocalRegistries.StopAll();
        var ended = Client;
        Client = NewClient();
        ended.ForgetSecrets();
        ended.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _seenReferences.Clear();
        _seenRepositories.Clear();
        _cachePath = null;
    }

    private RegistryClient NewClient() => new(new RegistryClientOptions { UploadJournal = new SessionJournal(this) });
}
