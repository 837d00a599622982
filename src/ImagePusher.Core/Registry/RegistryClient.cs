using System.Collections.Concurrent;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Registry.Authentication;
using ImagePusher.Core.Registry.Blobs;
using ImagePusher.Core.Registry.Http;
using ImagePusher.Core.Registry.Listing;

namespace ImagePusher.Core.Registry;

/// <summary>
/// A session's registries: connections, tokens, cookies, credentials, options, and what each host was seen to take. Safe for
/// use by several threads; one is enough for a process.
/// </summary>
public sealed class RegistryClient : IAsyncDisposable
{
    private readonly RegistryClientOptions _options;
    private readonly CredentialChain _credentials;
    private readonly MountMemory _mounts = new();
    private readonly ConcurrentDictionary<string, RegistrySettings> _registries = new();
    private readonly ConcurrentDictionary<(string Registry, bool? PlainHttp), Lazy<HostConnection>> _hosts = new();
    private readonly ConcurrentBag<Lazy<HostConnection>> _retired = [];
    private readonly ConcurrentDictionary<string, RegistryCredential?> _connections = new();
    private RegistrySettings _defaults;

    /// <summary>A client of its own connections.</summary>
    public RegistryClient(RegistryClientOptions? options = null)
    {
        _options = options ?? new RegistryClientOptions();
        _credentials = new CredentialChain(_options);
        _defaults = _options.DefaultSettings;
    }

    /// <summary>The registries that <see cref="ConnectAsync"/> reached, each with who asks there; null for nobody.</summary>
    public IReadOnlyDictionary<string, RegistryCredential?> Connections => _connections.ToDictionary();

    /// <summary>What holds for registries without options of their own; counts from the next call of <see cref="GetRepository"/> on.</summary>
    public RegistrySettings DefaultSettings
    {
        get => _defaults;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _defaults = value;
            foreach (var key in _hosts.Keys)
            {
                Retire(key.Registry);
            }
        }
    }

    /// <summary>The registries with options of their own.</summary>
    public IReadOnlyDictionary<string, RegistrySettings> ConfiguredRegistries => _registries.ToDictionary();

    /// <summary>
    /// The registries that docker's and podman's configuration files name now. The files are read; nobody is asked, no helper
    /// runs, and no secret is kept.
    /// </summary>
    public IReadOnlyList<string> RegistriesOfFiles() =>
        [.. DockerConfigFile.Locate(_options.Environment).SelectMany(ConfiguredHosts.Read).Distinct(StringComparer.Ordinal)];

    /// <summary>A repository, to read from and to write to. Nothing is asked yet.</summary>
    /// <param name="registry">The registry, <c>host[:port]</c>.</param>
    /// <param name="repository">The repository's path in it.</param>
    /// <param name="options">What this work asks of its requests.</param>
    /// <exception cref="InvalidReferenceException">A name breaks the grammar.</exception>
    public RegistryRepository GetRepository(string registry, string repository, RequestOptions? options = null)
    {
        options ??= RequestOptions.Default;
        var name = ImageReference.Create(registry, repository);
        var settings = GetSettings(name.Registry);
        var own = Endpoint(name.Registry, Prefixed(settings.PathPrefix, name.Repository), name.Name, options, isMirror: false);
        if (options.ThrottleLimit is { } limit)
        {
            own.Transport.Host.Allow(limit);
        }

        var mirrors = settings.Mirrors.Select(mirror => Mirror(mirror, name, options)).OfType<RepositoryEndpoint>();
        return new RegistryRepository(
            own, mirrors, _mounts, _options, name.Registry, name.Repository, options.ThrottleLimit ?? settings.ThrottleLimit);
    }

    /// <summary>Checks that a registry answers, and takes the credentials.</summary>
    /// <exception cref="RegistryException">It does not.</exception>
    public async Task PingAsync(string registry, RequestOptions? options = null, CancellationToken cancellationToken = default)
    {
        var name = Canonical(registry);
        var transport = Transport(name, "", options ?? RequestOptions.Default);
        using var answer = await transport.SendAsync(
            new RegistryRequest { Method = HttpMethod.Get, Target = "/v2/", Purpose = $"signing in to {name}" }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks that a registry answers to a credential and options, and keeps both for this session; keeps nothing if it does not.</summary>
    /// <param name="registry">The registry, <c>host[:port]</c>.</param>
    /// <param name="credential">Who asks; null: whom the session has for it, what docker's and podman's files know, else nobody.</param>
    /// <param name="options">How the registry is spoken to; null: as it is now.</param>
    /// <param name="request">What this call asks of its requests.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="RegistryException">The registry does not answer, or refuses the credential.</exception>
    public async Task ConnectAsync(
        string registry, RegistryCredential? credential, RegistrySettings? options, RequestOptions request, CancellationToken cancellationToken)
    {
        var name = Canonical(registry);
        var before = _registries.GetValueOrDefault(name);
        if (options is not null)
        {
            SetSettings(name, options);
        }

        var isConnected = false;
        try
        {
            await PingAsync(name, request with { Credential = credential }, cancellationToken).ConfigureAwait(false);
            isConnected = true;
        }
        finally
        {
            if (!isConnected && options is not null && before is null)
            {
                RemoveSettings(name);
            }
            else if (!isConnected && options is not null)
            {
                SetSettings(name, before!);
            }
        }

        if (credential is not null)
        {
            _credentials.Set(name, credential);
        }

        _connections[name] = credential ?? _credentials.Of(name);
    }

    /// <summary>Forgets what <see cref="ConnectAsync"/> made of a registry, with its credential and tokens; false if it made nothing.</summary>
    public bool Disconnect(string registry)
    {
        RemoveCredential(registry);
        return _connections.TryRemove(Canonical(registry), out _);
    }

    /// <summary>Forgets all credentials of this session and all tokens.</summary>
    public void ForgetSecrets()
    {
        foreach (var registry in _connections.Keys)
        {
            Disconnect(registry);
        }

        foreach (var key in _hosts.Keys)
        {
            Retire(key.Registry);
        }
    }

    /// <summary>The registry's repositories, page by page as they are wanted (distribution, catalog API; many public registries refuse it).</summary>
    /// <exception cref="RegistryException">They could not be listed.</exception>
    public IAsyncEnumerable<string> GetRepositoriesAsync(
        string registry, RequestOptions? options = null, CancellationToken cancellationToken = default)
    {
        var name = Canonical(registry);
        var list = new ListRequest("/v2/_catalog", "repositories", $"listing the repositories of {name}", [TokenScope.Catalog]);
        return NameList.ReadAsync(
            Transport(name, "", options ?? RequestOptions.Default), list, _options.Limits, ReferenceGrammar.IsRepository, static () => { }, cancellationToken);
    }

    /// <summary>Keeps a credential for this session; it goes before those of docker's and podman's files.</summary>
    public void SetCredential(string registry, RegistryCredential credential) => _credentials.Set(Canonical(registry), credential);

    /// <summary>Forgets a credential of this session, and the tokens that it gave; false if there was none.</summary>
    public bool RemoveCredential(string registry)
    {
        var name = Canonical(registry);
        Retire(name);
        return _credentials.Remove(name);
    }

    /// <summary>Sets how a registry is spoken to, from the next call of <see cref="GetRepository"/> on.</summary>
    public void SetSettings(string registry, RegistrySettings options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var name = Canonical(registry);
        _registries[name] = options;
        Retire(name);
    }

    /// <summary>Takes a registry's own options away; false if there were none.</summary>
    public bool RemoveSettings(string registry)
    {
        var name = Canonical(registry);
        Retire(name);
        return _registries.TryRemove(name, out _);
    }

    /// <summary>How a registry is spoken to.</summary>
    public RegistrySettings GetSettings(string registry) => _registries.GetValueOrDefault(Canonical(registry)) ?? _defaults;

    /// <summary>Closes the connections, and forgets credentials and tokens.</summary>
    public ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.Values.Concat(_retired).Where(host => host.IsValueCreated))
        {
            host.Value.Dispose();
        }

        _hosts.Clear();
        _credentials.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Canonical(string registry) => ImageReference.Create(registry, "any").Registry;

    private static string Prefixed(string? prefix, string repository) =>
        prefix?.Trim('/') is { Length: > 0 } path ? $"{path}/{repository}" : repository;

    private RepositoryEndpoint? Mirror(string mirror, ImageReference name, RequestOptions options)
    {
        var slash = mirror.IndexOf('/', StringComparison.Ordinal);
        var host = Canonical(slash < 0 ? mirror : mirror[..slash]);
        var repository = Prefixed(slash < 0 ? null : mirror[(slash + 1)..], name.Repository);

        // What was given for the registry is not for its mirror; a mirror that fails is soon left out.
        var own = options with { Credential = null, PlainHttp = null, MaximumRetryCount = 1 };
        try
        {
            return Endpoint(host, Prefixed(GetSettings(host).PathPrefix, repository), name.Name, own, isMirror: true);
        }
        catch (RegistryUnreachableException error)
        {
            options.Log.Warning($"The mirror {host} of {name.Registry} is left out: {error.Message}");
            return null;
        }
    }

    private RepositoryEndpoint Endpoint(string registry, string repository, string name, RequestOptions options, bool isMirror) =>
        new(Transport(registry, repository, options), repository, name, isMirror);

    private RegistryTransport Transport(string registry, string repository, RequestOptions options) => new(
        Connection(registry, options.PlainHttp), _options, options,
        (refused, token) => options.Credential is { } given
            ? new ValueTask<RegistryCredential?>(given)
            : _credentials.FindAsync(registry, repository, refused, options.Log, token));

    private HostConnection Connection(string registry, bool? plainHttp)
    {
        var host = _hosts.GetOrAdd(
            (registry, plainHttp),
            key => new Lazy<HostConnection>(() =>
            {
                var options = GetSettings(key.Registry);
                return new HostConnection(key.Registry, key.PlainHttp is null ? options : options with { PlainHttp = key.PlainHttp }, _options);
            }));
        try
        {
            return host.Value;
        }
        catch (RegistryUnreachableException)
        {
            // A certificate file could not be read; it may be there the next time.
            _hosts.TryRemove(KeyValuePair.Create((registry, plainHttp), host));
            throw;
        }
    }

    // Work under way keeps its connections; they are closed with the client.
    private void Retire(string registry)
    {
        foreach (var key in _hosts.Keys.Where(key => key.Registry == registry))
        {
            if (_hosts.TryRemove(key, out var host))
            {
                _retired.Add(host);
            }
        }
    }
}
