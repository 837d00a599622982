using ImagePusher.Core.Abstractions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>The credentials of the configuration files, for a provider of the caller that falls back to them.</summary>
internal sealed class ConfiguredCredentialProvider(Func<string, string?> environment, ILogger? logger) : ICredentialProvider, IDisposable
{
    private readonly ConfiguredCredentials _configured = new(environment);

    public ValueTask<RegistryCredential?> GetCredentialAsync(
        string registry, string repository, RegistryCredential? rejected = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(registry);
        ArgumentNullException.ThrowIfNull(repository);
        return _configured.FindAsync(registry, repository, rejected, logger ?? NullLogger.Instance, cancellationToken);
    }

    public void Dispose() => _configured.Dispose();
}
