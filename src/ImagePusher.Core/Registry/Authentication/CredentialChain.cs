using System.Collections.Concurrent;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>Finds who asks a registry: the session's credentials, then docker's config.json, then podman's auth.json, else nobody.</summary>
internal sealed class CredentialChain(RegistryClientOptions options) : IDisposable
{
    private readonly ConcurrentDictionary<string, RegistryCredential> _session = new();
    private readonly ConcurrentDictionary<string, DockerConfigFile> _files = new();

    /// <summary>Whom the session has for a registry; null for nobody.</summary>
    public RegistryCredential? Of(string registry) => _session.GetValueOrDefault(registry);

    public void Set(string registry, RegistryCredential credential) => _session[registry] = credential;

    public bool Remove(string registry) => _session.TryRemove(registry, out _);

    public void Dispose()
    {
        _session.Clear();
        foreach (var file in _files.Values)
        {
            file.Dispose();
        }
    }

    /// <summary>The credential for a repository; null for nobody.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="repository">The repository's path there.</param>
    /// <param name="refused">A credential that was refused: a helper that gave it is asked again.</param>
    /// <param name="log">Told which file counts.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async ValueTask<RegistryCredential?> FindAsync(
        string registry, string repository, RegistryCredential? refused, ILogger log, CancellationToken cancellationToken)
    {
        if (_session.TryGetValue(registry, out var known))
        {
            return known;
        }

        // Located anew each time: a script may set DOCKER_CONFIG at any moment.
        foreach (var path in DockerConfigFile.Locate(options.Environment))
        {
            var file = _files.GetOrAdd(path, found => new DockerConfigFile(found, options.Environment));
            if (await file.FindAsync(registry, repository, refused, log, cancellationToken).ConfigureAwait(false) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
