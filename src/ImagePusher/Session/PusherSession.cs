using System.Collections.Concurrent;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Registry;
using ImagePusher.Core.State;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Session;

/// <summary>
/// The state that all cmdlets of a process share: the cache, the registry client with its connections and credentials, the limits,
/// the local registries. One per process, because <c>ForEach-Object -Parallel</c> runs its blocks in runspaces of their own,
/// which must share it.
/// </summary>
internal sealed class PusherSession
{
    private static readonly Lazy<PusherSession> Shared = new(static () => new());

    private readonly ConcurrentDictionary<string, ImageCache> _caches = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TransferState> _states = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _knownReferences = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ImageReference, byte> _knownRepositories = new();
    private string? _lastUsed;

    private PusherSession() => Client = NewClient();

    public static PusherSession Current => Shared.Value;

    /// <summary>The folder that Set-ImageCache set; null for IMAGEPUSHER_CACHE or the default.</summary>
    public string? CachePath { get; set; }

    /// <summary>The default cache at the last use of it.</summary>
    public ImageCache CurrentCache => Cache(CachePath ?? _lastUsed ?? ImageCache.DefaultPath);

    /// <summary>The registry client.</summary>
    public RegistryClient Client { get; private set; }

    /// <summary>The signature policies of registries.</summary>
    public SignaturePolicies SignaturePolicies { get; } = new();

    /// <summary>The local registries that this process serves.</summary>
    public LocalRegistryList LocalRegistries { get; } = new();

    /// <summary>References that a registry has confirmed in this session: completion offers them without a request.</summary>
    public IEnumerable<string> KnownReferences => _knownReferences.Keys;

    /// <summary>The repositories of these references and those that a registry listed, without tag and digest.</summary>
    public IEnumerable<ImageReference> KnownRepositories => _knownRepositories.Keys;

    /// <summary>The cache in a folder.</summary>
    public ImageCache Cache(string path) => _caches.GetOrAdd(
        Path.GetFullPath(path),
        folder => ImageCache.Open(folder, new CacheOptions { VerifiedFiles = new SessionVerifiedFiles(this) }));

    /// <summary>The cache in the folder that is the default at the moment.</summary>
    public ImageCache Use(string path)
    {
        _lastUsed = path;
        return Cache(path);
    }

    /// <summary>The stored state of this user's processes, independent of the cache.</summary>
    public TransferState State => _states.GetOrAdd(TransferState.DefaultPath, folder => new TransferState(folder, Messages));

    /// <summary>Messages that belong to no call; the next call shows them.</summary>
    public PendingMessages Messages { get; } = new();

    /// <summary>A copier that records encodings.</summary>
    public ImageCopier Copier() => new(TransferSlots.Shared, State.Encodings);

    /// <summary>Keeps a reference for completion.</summary>
    public void AddKnownReference(ImageReference reference)
    {
        _knownReferences.TryAdd(reference.ToString(), 0);
        AddKnownRepository(reference);
    }

    /// <summary>Keeps a repository for completion.</summary>
    public void AddKnownRepository(ImageReference reference) => _knownRepositories.TryAdd(reference.ByDigest(), 0);

    /// <summary>Closes the session if a cmdlet has used it. The exit of a process must not create one.</summary>
    public static void CloseCurrent()
    {
        if (Shared.IsValueCreated)
        {
            Current.Close();
        }
    }

    /// <summary>
    /// Ends the session, at the last Remove-Module and at the end of the process: stops local registries, closes the connections,
    /// and discards credentials, tokens, options, observed properties of registries, the cache that was set, and the names for
    /// completion. A later import begins a new session.
    /// </summary>
    public void Close()
    {
        LocalRegistries.StopAll();
        var ended = Client;
        Client = NewClient();
        ended.ForgetSecrets();
        ended.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _knownReferences.Clear();
        _knownRepositories.Clear();
        SignaturePolicies.Clear();
        CachePath = null;
        _lastUsed = null;
    }

    private RegistryClient NewClient() => new(new RegistryClientOptions { UploadJournal = new SessionJournal(this) });
}
