using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Sync;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Session;

/// <summary>
/// The registry access of a sync: that of the session, with the credentials and TLS settings of the file. These never become settings of
/// the session.
/// </summary>
internal sealed class SyncAccess(RegistryAccess access, IReadOnlyDictionary<string, SyncRegistry> registries) : ISyncLists, IAsyncDisposable
{
    private RegistryClient? _own;

    /// <summary>The credential for targets; null for that of the file, the session or the configuration.</summary>
    public PSCredential? DestinationCredential { get; init; }

    /// <summary>Prepares the registries that the file accesses in its own way.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (!registries.Values.Any(registry => registry.HasSettings))
        {
            return;
        }

        var session = PusherSession.Current.Client;
        _own = new RegistryClient(new RegistryClientOptions { DefaultSettings = session.DefaultSettings });
        foreach (var (name, credential) in session.Connections.Where(connection => connection.Value is not null))
        {
            _own.SetCredential(name, credential!);
        }

        foreach (var (name, registry) in registries.Where(entry => entry.Value.HasSettings))
        {
            var settings = session.GetSettings(name);
            _own.SetSettings(name, settings with
            {
                PlainHttp = registry.PlainHttp ?? settings.PlainHttp,
                SkipCertificateCheck = settings.SkipCertificateCheck || registry.SkipCertificateCheck,
                CertificateFolder = registry.CertificateFolder,
            });
            if (registry.AllowsHttp && settings.PlainHttp is null)
            {
                await AllowHttpAsync(_own, name, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The repository of an image to read.</summary>
    public RegistryRepository Source(ImageReference name, ILogger log, string? target = null) =>
        Client(name.Registry).GetRepository(name.Registry, name.Repository, SourceRequest(name.Registry, target) with { Log = log });

    /// <summary>The repository of an image to write.</summary>
    public RegistryRepository Target(ImageReference name, ILogger log, string? source = null) =>
        Client(name.Registry).GetRepository(name.Registry, name.Repository, (TargetAccess(name.Registry, source).Request with
        {
            Credential = TargetCredential(name.Registry, source),
        }) with
        { Log = log });

    /// <summary>The access to targets for requests of the session.</summary>
    public RegistryAccess TargetAccess(string target, string? source) =>
        access with { Credential = DestinationCredential ?? (source == target ? access.Credential : null) };

    public IAsyncEnumerable<string> GetTagsAsync(ImageReference repository, Action incomplete, CancellationToken cancellationToken) =>
        Source(repository, access.Log).GetTagsAsync(incomplete, cancellationToken);

    public IAsyncEnumerable<string> GetRepositoriesAsync(string registry, Action incomplete, CancellationToken cancellationToken) =>
        Client(registry).GetRepositoriesAsync(registry, SourceRequest(registry, null), incomplete, cancellationToken);

    public ValueTask DisposeAsync() => _own?.DisposeAsync() ?? ValueTask.CompletedTask;

    // skopeo without verification uses http where there is no https.
    private static async Task AllowHttpAsync(RegistryClient client, string registry, CancellationToken cancellationToken)
    {
        try
        {
            await client.PingAsync(registry, new RequestOptions { MaximumRetryCount = 0 }, cancellationToken).ConfigureAwait(false);
        }
        catch (RegistryUnreachableException)
        {
            client.SetSettings(registry, client.GetSettings(registry) with { PlainHttp = true });
        }
        catch (ImagePusherException)
        {
            // The registry responds, even if it only requires a credential.
        }
    }

    private RegistryClient Client(string registry) =>
        _own is not null && registries.TryGetValue(registry, out var found) && found.HasSettings ? _own : PusherSession.Current.Client;

    // -PlainHttp applies to the destination: the credentials of the source must not be sent without TLS.
    private RequestOptions SourceRequest(string registry, string? target) => access.Request with
    {
        PlainHttp = registry == target ? access.PlainHttp : null,
        Credential = FileCredential(registry) ?? access.Request.Credential,
    };

    private RegistryCredential? TargetCredential(string registry, string? source) =>
        DestinationCredential is { } given ? Credentials.Of(given)
            : FileCredential(registry) ?? (source == registry ? access.Request.Credential : null);

    private RegistryCredential? FileCredential(string registry) => registries.GetValueOrDefault(registry)?.Credential;
}
