using System.Collections.Concurrent;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Registry.Authentication;
using ImagePusher.Core.Registry.Blobs;
using ImagePusher.Core.Registry.Http;
using ImagePusher.Core.Registry.Listing;
using ImagePusher.Core.Registry.Mirrors;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Registry;

/// <summary>
/// The registries of a session: connections, tokens, cookies, credentials, settings, and the observed features of each host. The class is
/// thread-safe; one instance is sufficient for a process.
/// </summary>
public sealed class RegistryClient : IAsyncDisposable
{
    private readonly RegistryClientOptions _options;
    private readonly CredentialChain _credentials;
    private readonly MountCandidates _mounts = new();
    private readonly ConcurrentDictionary<string, RegistrySettings> _registries = new();
    private readonly HostTable _hosts;
    private readonly ConcurrentDictionary<string, RegistryCredential?> _connections = new();
    private RegistrySettings _defaults;
    private volatile bool _isDisposed;

    /// <summary>Creates a client with its own connections.</summary>
    /// <param name="options">Injected parts and settings; null for the defaults.</param>
    public RegistryClient(RegistryClientOptions? options = null)
    {
        _options = options ?? new RegistryClientOptions();
        _credentials = new CredentialChain(_options);
        _defaults = _options.DefaultSettings;
        _hosts = new HostTable(_options, GetSettings);
    }

    /// <summary>The registries that a call of <c>ConnectAsync</c> reached, each with its credential; null for anonymous access.</summary>
    public IReadOnlyDictionary<string, RegistryCredential?> Connections => _connections.ToDictionary();

    /// <summary>The default number of images to transfer at once: that of the farthest registry in use.</summary>
    internal int Throttle => _hosts.Throttle;

    /// <summary>The settings of registries without their own settings, for repositories that are got from then on.</summary>
    public RegistrySettings DefaultSettings
    {
        get => _defaults;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _defaults = value;
            _hosts.Retire(null);
        }
    }

    /// <summary>The registries with their own settings.</summary>
    public IReadOnlyDictionary<string, RegistrySettings> ConfiguredRegistries => _registries.ToDictionary();

    /// <summary>
    /// The registries in DOCKER_AUTH_CONFIG and in the configuration files of Docker and Podman. No request is sent, no
    /// helper is run, and no secret is kept.
    /// </summary>
    public IReadOnlyList<string> GetRegistriesWithCredentials() =>
        [
            .. ConfiguredCredentials.Locate(_options.Environment)
                .SelectMany(source => ConfiguredHosts.Read(source, _options.Environment))
                .Distinct(StringComparer.Ordinal),
        ];

    /// <summary>Gets a repository. No request is sent.</summary>
    /// <param name="registry">The registry, <c>host[:port]</c>.</param>
    /// <param name="repository">The repository's path in it.</param>
    /// <exception cref="InvalidReferenceException">A name does not match the grammar.</exception>
    public RegistryRepository GetRepository(string registry, string repository) =>
        GetRepository(registry, repository, RequestOptions.Default);

    /// <summary>The repository of a reference, to read from. Its tag and digest are ignored. No request is sent yet.</summary>
    /// <param name="reference">The reference.</param>
    public RegistryRepository GetRepository(ImageReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return GetRepository(reference.Registry, reference.Repository);
    }

    internal RegistryRepository GetRepository(string registry, string repository, RequestOptions options)
    {
        var name = ImageReference.Create(registry, repository);
        var settings = GetSettings(name.Registry);
        var own = Remote(name.Registry, Prefixed(settings.PathPrefix, name.Repository), name.Name, options, isMirror: false);
        if (options.ThrottleLimit is { } limit)
        {
            own.Transport.Host.Allow(limit);
        }

        var mirrors = settings.Mirrors.Select(mirror => Mirror(mirror, name, options)).OfType<RepositoryLocation>();
        return new RegistryRepository(
            own, mirrors, _mounts, _options, name.Registry, name.Repository, options.ThrottleLimit ?? settings.ThrottleLimit);
    }

    /// <summary>Verifies that a registry responds and accepts the credential.</summary>
    /// <exception cref="RegistryException">The registry does not respond, or rejects the credential.</exception>
    public Task PingAsync(string registry, CancellationToken cancellationToken = default) =>
        PingAsync(registry, RequestOptions.Default, cancellationToken);

    internal async Task PingAsync(string registry, RequestOptions options, CancellationToken cancellationToken)
    {
        var name = Canonical(registry);
        var transport = Transport(name, "", options);
        using var response = await transport.SendAsync(
            new RegistryRequest { Method = HttpMethod.Get, Target = "/v2/", Purpose = $"signing in to {name}" }, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Checks that a registry accepts a credential and settings, and keeps both for this session if it does.</summary>
    /// <param name="registry">The registry, <c>host[:port]</c>.</param>
    /// <param name="credential">The credential; null: the session's, else the configured one, else anonymous access.</param>
    /// <param name="settings">The settings of the registry; null: the present ones.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="RegistryException">The registry does not respond, or rejects the credential.</exception>
    public Task ConnectAsync(
        string registry, RegistryCredential? credential = null, RegistrySettings? settings = null,
        CancellationToken cancellationToken = default) =>
        ConnectAsync(registry, credential, settings, RequestOptions.Default, cancellationToken);

    internal async Task ConnectAsync(
        string registry, RegistryCredential? credential, RegistrySettings? settings, RequestOptions options,
        CancellationToken cancellationToken)
    {
        var name = Canonical(registry);
        var before = _registries.GetValueOrDefault(name);
        if (settings is not null)
        {
            SetSettings(name, settings);
        }

        var isConnected = false;
        try
        {
            await PingAsync(name, options with { Credential = credential }, cancellationToken)
                .ConfigureAwait(false);
            isConnected = true;
        }
        finally
        {
            if (!isConnected && settings is not null)
            {
                Restore(name, before);
            }
        }

        if (credential is not null)
        {
            _credentials.Set(name, credential);
        }

        _connections[name] = credential ?? _credentials.Of(name);
    }

    /// <summary>Ends a connection, and discards its credential and tokens; false if there was none.</summary>
    public bool Disconnect(string registry)
    {
        RemoveCredential(registry);
        return _connections.TryRemove(Canonical(registry), out _);
    }

    /// <summary>Discards all credentials of this session and all tokens.</summary>
    public void ForgetSecrets()
    {
        _connections.Clear();
        _credentials.Clear();
        _hosts.Retire(null, forgetTokens: true);
    }

    /// <summary>
    /// The registry's repositories, page by page as they are needed (distribution, catalog API; many public registries reject it).
    /// </summary>
    /// <exception cref="RegistryException">They could not be listed.</exception>
    public IAsyncEnumerable<string> GetRepositoriesAsync(string registry, CancellationToken cancellationToken = default) =>
        GetRepositoriesAsync(registry, RequestOptions.Default, static () => { }, cancellationToken);

    /// <summary>Lists the repositories; reports whether the list may be incomplete.</summary>
    internal IAsyncEnumerable<string> GetRepositoriesAsync(
        string registry, RequestOptions options, Action incomplete, CancellationToken cancellationToken)
    {
        var name = Canonical(registry);
        var list = new ListRequest("/v2/_catalog", "repositories", $"listing the repositories of {name}", [TokenScope.Catalog])
        {
            Incomplete = incomplete,
        };
        return NameList.ReadAsync(
            Transport(name, "", options), list, _options.Limits, ReferenceGrammar.IsRepository, static () => { }, cancellationToken);
    }

    /// <summary>Keeps a credential for this session; it precedes the configured ones.</summary>
    public void SetCredential(string registry, RegistryCredential credential) => _credentials.Set(Canonical(registry), credential);

    /// <summary>Discards a credential of this session and its tokens; false if there was none.</summary>
    public bool RemoveCredential(string registry)
    {
        var name = Canonical(registry);
        var isRemoved = _credentials.Remove(name);
        if (isRemoved && _connections.TryGetValue(name, out var connected))
        {
            _connections.TryUpdate(name, null, connected);
        }

        _hosts.Retire(name, forgetTokens: true);
        return isRemoved;
    }

    /// <summary>Sets the settings of a registry, from the next call of <see cref="GetRepository(string, string)"/> on.</summary>
    public void SetSettings(string registry, RegistrySettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var name = Canonical(registry);
        _registries[name] = settings;
        _hosts.Retire(name);
    }

    /// <summary>Removes a registry's own settings; false if there were none.</summary>
    public bool RemoveSettings(string registry)
    {
        var name = Canonical(registry);
        _hosts.Retire(name);
        return _registries.TryRemove(name, out _);
    }

    /// <summary>The settings of a registry.</summary>
    public RegistrySettings GetSettings(string registry) => _registries.GetValueOrDefault(Canonical(registry)) ?? _defaults;

    /// <summary>
    /// Closes the connections, and discards credentials and tokens. Later calls that need a connection throw
    /// <see cref="ObjectDisposedException"/>.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        _hosts.Dispose();
        _credentials.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Restore(string name, RegistrySettings? before)
    {
        if (before is null)
        {
            RemoveSettings(name);
        }
        else
        {
            SetSettings(name, before);
        }
    }

    private static string Canonical(string registry) => ImageReference.Create(registry, "any").Registry;

    private static string Prefixed(string? prefix, string repository) =>
        prefix?.Trim('/') is { Length: > 0 } path ? $"{path}/{repository}" : repository;

    private RepositoryLocation? Mirror(string text, ImageReference name, RequestOptions options)
    {
        var mirror = MirrorAddress.Parse(text);
        var host = Canonical(mirror.Host);
        try
        {
            var repository = Prefixed(GetSettings(host).PathPrefix, Prefixed(mirror.Prefix, name.Repository));
            return Remote(host, repository, name.Name, MirrorAddress.OptionsFor(options), isMirror: true);
        }
        catch (ImagePusherException error)
        {
            LogOf(options).Warning($"The mirror {host} of {name.Registry} is skipped: {error.Message}");
            return null;
        }
    }

    private RepositoryLocation Remote(string registry, string repository, string name, RequestOptions options, bool isMirror) =>
        new(Transport(registry, repository, options), repository, name, isMirror);

    private RegistryTransport Transport(string registry, string repository, RequestOptions given)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var options = given with { Log = LogOf(given) };
        return new RegistryTransport(
            _hosts.Get(registry, options.PlainHttp), _options, options,
            (rejected, token) => options.Credential is { } own
                ? new ValueTask<RegistryCredential?>(own)
                : _credentials.FindAsync(registry, repository, rejected, options.Log, token));
    }

    private ILogger LogOf(RequestOptions options) => ReferenceEquals(options.Log, NullLogger.Instance) ? _options.Logger : options.Log;
}
