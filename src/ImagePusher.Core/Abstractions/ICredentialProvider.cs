namespace ImagePusher.Core.Abstractions;

/// <summary>Finds the credentials of registries. Called by several threads.</summary>
public interface ICredentialProvider
{
    /// <summary>Finds the credential for a repository.</summary>
    /// <param name="registry">The registry, <c>host[:port]</c>.</param>
    /// <param name="repository">The repository's path; empty for the registry itself.</param>
    /// <param name="rejected">
    /// The credential that the registry rejected: return a newer one, if there is one; null for the first call of a request.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The credential; null for anonymous access.</returns>
    ValueTask<RegistryCredential?> GetCredentialAsync(
        string registry, string repository, RegistryCredential? rejected = null, CancellationToken cancellationToken = default);
}
