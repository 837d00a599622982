using System.Collections.Concurrent;
using ImagePusher.Core.Abstractions;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>Finds the credential for a registry: the session's, else the one of the <see cref="ICredentialProvider"/>, else none.</summary>
internal sealed class CredentialChain(RegistryClientOptions options) : IDisposable
{
    private readonly ConcurrentDictionary<string, RegistryCredential> _session = new();
    private readonly ConfiguredCredentials _configured = new(options.Environment);

    /// <summary>The session's credential for a registry; null for none.</summary>
    public RegistryCredential? Of(string registry) => _session.GetValueOrDefault(registry);

    public void Set(string registry, RegistryCredential credential) => _session[registry] = credential;

    public bool Remove(string registry) => _session.TryRemove(registry, out _);

    /// <summary>Discards the credentials of the session.</summary>
    public void Clear() => _session.Clear();

    public void Dispose()
    {
        Clear();
        _configured.Dispose();
    }

    /// <summary>The credential for a repository; null for anonymous access.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="repository">The repository's path.</param>
    /// <param name="rejected">A credential that was rejected: a helper that gave it is run again.</param>
    /// <param name="log">Receives which file is used.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public ValueTask<RegistryCredential?> FindAsync(
        string registry, string repository, RegistryCredential? rejected, ILogger log, CancellationToken cancellationToken) =>
        _session.TryGetValue(registry, out var known) ? new(known)
            : options.CredentialProvider is { } provider ? provider.GetCredentialAsync(registry, repository, rejected, cancellationToken)
            : _configured.FindAsync(registry, repository, rejected, log, cancellationToken);
}
