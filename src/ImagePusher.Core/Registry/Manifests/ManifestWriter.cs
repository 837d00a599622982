using System.Net;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Registry.Manifests;

/// <summary>Writes the manifests of a repository (distribution-spec, Pushing Manifests).</summary>
internal static class ManifestWriter
{
    /// <summary>Stores a manifest under a tag or its digest.</summary>
    /// <returns>True if the registry keeps the list of referrers itself (OCI-Subject).</returns>
    /// <exception cref="RegistryException">The registry rejected it, or did not store it.</exception>
    /// <exception cref="UnsupportedContentException">The registry does not keep the digest's algorithm.</exception>
    public static async Task<bool> PutAsync(
        RepositoryLocation remote, Manifest manifest, string tagOrDigest, CancellationToken cancellationToken)
    {
        using var response = await remote.Transport.SendAsync(
            ManifestRequests.Put(remote, tagOrDigest, manifest), cancellationToken).ConfigureAwait(false);
        var named = response.Header("Docker-Content-Digest") ?? "";
        var isSameAlgorithm = Digest.TryParse(named, out var stored)
            ? stored.Algorithm == manifest.Digest.Algorithm
            : Digest.AlgorithmOf(named) is null;
        if (isSameAlgorithm && stored is not null && stored != manifest.Digest)
        {
            throw new RegistryProtocolException(
                $"Pushing the manifest {remote.Reference(tagOrDigest)} failed: the registry stored {stored} in place of "
                    + $"{manifest.Digest}.",
                "The registry or a proxy in front of it changes manifests; the image's digest cannot be kept there.", response.Status);
        }

        if (!isSameAlgorithm && !await IsStoredAsync(
            remote, manifest, manifest.Digest.ToString(), cancellationToken).ConfigureAwait(false))
        {
            throw new UnsupportedContentException(
                $"Pushing the manifest {remote.Reference(tagOrDigest)} failed: {remote.Transport.Host.Registry} stored it as "
                    + $"{response.Secrets.OneLine(named)} and does not find it as {manifest.Digest}.",
                $"Use a registry that supports {manifest.Digest.Algorithm}, or build the image with {DigestAlgorithm.Sha256} digests.");
        }

        if (response.Status != HttpStatusCode.Created
            && !await IsStoredAsync(remote, manifest, tagOrDigest, cancellationToken).ConfigureAwait(false))
        {
            throw new RegistryProtocolException(
                $"Pushing the manifest {remote.Reference(tagOrDigest)} failed: {remote.Transport.Host.Registry} responded "
                    + $"with {(int)response.Status} instead of 201, and does not have the manifest.",
                "Check the registry's address: a server that is not a registry may have responded in its place.", response.Status);
        }

        return response.Header("OCI-Subject") is not null;
    }

    private static async Task<bool> IsStoredAsync(
        RepositoryLocation remote, Manifest manifest, string tagOrDigest, CancellationToken cancellationToken)
    {
        var head = await ManifestReader.HeadAsync(remote, tagOrDigest, remote.PushScopes, cancellationToken).ConfigureAwait(false);
        if (head.Descriptor?.Digest.Algorithm == manifest.Digest.Algorithm || head.IsMissing)
        {
            return head.Descriptor?.Digest == manifest.Digest;
        }

        try
        {
            var read = await ManifestReader.GetAsync(remote, tagOrDigest, null, cancellationToken).ConfigureAwait(false);
            return read?.Raw.Span.SequenceEqual(manifest.Raw.Span) == true;
        }
        catch (Exception error) when (error is DigestMismatchException or RegistryProtocolException)
        {
            // Something else is there.
            return false;
        }
    }
}
