using ImagePusher.Core.Abstractions;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Registry.Http;

/// <summary>The shared state of all requests of one caller.</summary>
/// <param name="Credentials">Finds the credential to use.</param>
/// <param name="Log">The log of the caller.</param>
/// <param name="FailsFast">True if a host without a listener gets fewer attempts than one that responded before.</param>
internal sealed record RegistryCaller(RegistryCaller.CredentialSource Credentials, ILogger Log, bool FailsFast)
{
    /// <summary>Finds a credential; after a rejection another one, if one is available.</summary>
    internal delegate ValueTask<RegistryCredential?> CredentialSource(RegistryCredential? rejected, CancellationToken cancellationToken);
}
