using System.Collections.Concurrent;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Blobs;
using ImagePusher.Core.Registry.Http;
using ImagePusher.Core.Registry.Listing;
using ImagePusher.Core.Registry.Manifests;
using ImagePusher.Core.Registry.Uploads;

namespace ImagePusher.Core.Registry;

/// <summary>
/// A repository of a registry. Reads and deletes its tags, manifests, blobs and referrers (OCI distribution-spec 1.1). Images are written
/// by <see cref="ImageTransfer"/>.
/// </summary>
public sealed partial class RegistryRepository : IReferrerSource, IImageTarget, IRemoteSource
{
    private readonly RepositoryLocation _own;
    private readonly IReadOnlyList<RepositoryLocation> _readable;
    private readonly MountCandidates _mounts;
    private readonly RegistryClientOptions _client;
    private readonly ConcurrentDictionary<string, string> _opened = new();
    private readonly ConcurrentDictionary<Digest, bool> _damaged = new();

    internal RegistryRepository(
        RepositoryLocation own, IEnumerable<RepositoryLocation> mirrors, MountCandidates mounts, RegistryClientOptions client,
        string registry, string repository, int parallelBlobs)
    {
        (_own, _mounts, _client) = (own, mounts, client);
        (Registry, Repository, ParallelBlobs) = (registry, repository, parallelBlobs);
        _readable = [.. mirrors, own];
    }

    /// <summary>The registry, <c>host[:port]</c>.</summary>
    public string Registry { get; }

    /// <summary>The repository's path.</summary>
    public string Repository { get; }

    /// <summary>The name of the repository in messages: <c>localhost:5000/team/app</c>.</summary>
    public string Description => $"{Registry}/{Repository}";

    /// <inheritdoc cref="IImageTarget.Store"/>
    /// <remarks>The registry, as long as it mounts blobs between its repositories.</remarks>
    internal string Store => _mounts.IsRefused(_own.Store) ? Description : _own.Store;

    internal int ParallelBlobs { get; }

    private RegistryTransport Transport => _own.Transport;

    /// <summary>Reads a manifest by tag or digest.</summary>
    /// <exception cref="ManifestNotFoundException">The manifest does not exist.</exception>
    /// <exception cref="DigestMismatchException">The content does not match the digest, or the registry's own header.</exception>
    /// <exception cref="RegistryException">The manifest could not be read.</exception>
    public async Task<Manifest> ResolveAsync(string nameOrDigest, CancellationToken cancellationToken = default) =>
        await FindAsync(nameOrDigest, null, cancellationToken).ConfigureAwait(false) ?? throw NotFound(nameOrDigest);

    /// <summary>Reads the manifest of a descriptor, such as an entry of an index, and verifies its digest and size.</summary>
    /// <exception cref="ManifestNotFoundException">The manifest does not exist.</exception>
    /// <exception cref="DigestMismatchException">The content does not match the digest.</exception>
    /// <exception cref="RegistryException">The manifest could not be read.</exception>
    public async Task<Manifest> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        var digest = descriptor.Digest.ToString();
        return await FindAsync(digest, descriptor, cancellationToken).ConfigureAwait(false) ?? throw NotFound(digest);
    }

    /// <summary>
    /// The descriptor of a tag or digest, requested by HEAD or, where that response is incomplete, by GET; null if the
    /// manifest does not exist.
    /// </summary>
    /// <exception cref="RegistryException">The request to the registry failed.</exception>
    public Task<Descriptor?> HeadAsync(string tagOrDigest, CancellationToken cancellationToken = default) =>
        ReadAsync(
            async remote =>
            {
                var head = await ManifestReader.HeadAsync(
                    remote, tagOrDigest, remote.PullScopes, cancellationToken).ConfigureAwait(false);
                return head.Descriptor
                    ?? (await ManifestReader.GetAsync(remote, tagOrDigest, null, cancellationToken).ConfigureAwait(false))?.Descriptor;
            });

    /// <summary>The descriptor of a tag or digest, without reading the manifest where the registry supports HEAD.</summary>
    /// <exception cref="ManifestNotFoundException">The manifest does not exist.</exception>
    /// <exception cref="RegistryException">The request to the registry failed.</exception>
    public async Task<Descriptor> DescribeAsync(string tagOrDigest, CancellationToken cancellationToken = default) =>
        await HeadAsync(tagOrDigest, cancellationToken).ConfigureAwait(false) ?? throw NotFound(tagOrDigest);

    internal Task<bool> ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        MediaTypes.IsForeign(descriptor?.MediaType) ? HasBlobAsync(descriptor!, cancellationToken) : Task.FromResult(true);

    /// <summary>
    /// Opens a blob at an offset. The stream resumes after a lost connection. From the start on it verifies size and digest: at its end
    /// it throws <see cref="DigestMismatchException"/> if the bytes are not those of the descriptor. From another offset on it cannot.
    /// </summary>
    /// <exception cref="RegistryException">The blob does not exist, or could not be read.</exception>
    public async Task<Stream> OpenBlobAsync(Descriptor descriptor, long offset = 0, CancellationToken cancellationToken = default)
    {
        var stream = await OpenUnverifiedAsync(descriptor, offset, cancellationToken).ConfigureAwait(false);
        return offset == 0 ? new VerifyingStream(stream, descriptor, $"{Description}@{descriptor.Digest}") : stream;
    }

    internal async Task<Stream> OpenUnverifiedAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return (await ReadAsync(
            async remote => await OpenAsync(
                remote, descriptor, offset, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false))!;
    }

    /// <summary>True if the repository has the blob.</summary>
    /// <exception cref="RegistryException">The request to the registry failed.</exception>
    /// <remarks>A blob of another size than the descriptor's counts as missing, and is uploaded again.</remarks>
    public async Task<bool> HasBlobAsync(Descriptor descriptor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        switch (await FindBlobAsync(descriptor.Digest, descriptor.Size, cancellationToken).ConfigureAwait(false))
        {
            case BlobPresence.Exists:
                _mounts.Remember(_own.Store, _own.Repository, descriptor.Digest);
                return true;
            case BlobPresence.Damaged:
                Transport.Log.Warning(
                    $"The copy of {descriptor.Digest} in {Description} has the wrong size; expected {descriptor.Size} bytes. It "
                        + "is uploaded again.");
                _damaged[descriptor.Digest] = true;
                return false;
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    void IImageTarget.SuggestOrigin(ImageReference origin, IEnumerable<Descriptor> blobs)
    {
        if (MountCandidates.StoreOf(origin.Registry) == _own.Store && origin.Repository != Repository)
        {
            // A proxy project's prefix is before both paths.
            var repository = _own.Repository[..^Repository.Length] + origin.Repository;
            foreach (var blob in blobs)
            {
                _mounts.Remember(_own.Store, repository, blob.Digest);
            }
        }
    }

    internal string? MountCandidate(Descriptor descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return _mounts.Find(_own.Store, _own.Repository, descriptor.Digest);
    }

    /// <remarks>Returns false for every rejection; the blob is then uploaded.</remarks>
    internal async Task<bool> TryMountAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        // If this copy is damaged, most registries use the same copy for other repositories.
        if (_damaged.ContainsKey(descriptor.Digest) || MountCandidate(descriptor) is not { } from)
        {
            return false;
        }

        var digest = descriptor.Digest.ToString();
        var mount = await new BlobMount(_own, from).TryAsync(digest, cancellationToken).ConfigureAwait(false);
        _mounts.Learn(_own.Store, from, isRefused: !mount.IsDone);
        if (mount.IsDone)
        {
            _mounts.Remember(_own.Store, _own.Repository, descriptor.Digest);
            return true;
        }

        _mounts.Forget(_own.Store, from, descriptor.Digest);
        if (mount.UploadUrl is { } url)
        {
            _opened[digest] = url;
        }

        return false;
    }

    /// <exception cref="RegistryException">The registry rejected the blob in every form, or could not be reached.</exception>
    internal async Task<BlobIdentity> WriteBlobAsync(BlobSource blob, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blob);
        var url = blob.Digest is not null && _opened.TryRemove(blob.Digest.ToString(), out var opened) ? opened : null;
        var identity = await new BlobUpload(Transport, _own.Repository, blob, _client, url).RunAsync(
            cancellationToken).ConfigureAwait(false);
        if (_damaged.TryRemove(identity.Digest, out _)
            && await FindBlobAsync(identity.Digest, identity.Size, cancellationToken).ConfigureAwait(false) == BlobPresence.Damaged)
        {
            throw new RegistryProtocolException(
                $"Uploading {blob.Description} to {Description} failed: {Registry} keeps its damaged copy, "
                + $"which has the wrong size; expected {identity.Size} bytes.",
                "Ask the registry's operator to delete the blob from its storage, then push again.");
        }

        _mounts.Remember(_own.Store, _own.Repository, identity.Digest);
        return identity;
    }

    internal async Task PutManifestAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        await PutAsync(manifest, manifest.Digest.ToString(), cancellationToken).ConfigureAwait(false);
    }

    internal Task PublishAsync(Manifest manifest, ImageReference name, Digest? source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(name);
        return name.Tag is null ? PutManifestAsync(manifest, cancellationToken)
            : manifest.Digest.Algorithm == DigestAlgorithm.Sha256 ? PutAsync(manifest, name.Tag, cancellationToken)
            : PutUnderBothAsync(manifest, name.Tag, cancellationToken);
    }

    private Task<BlobPresence> FindBlobAsync(Digest digest, long size, CancellationToken cancellationToken) =>
        BlobLookup.FindAsync(Transport, _own.Repository, digest, size, cancellationToken);

    // A registry identifies a manifest that is pushed under a tag by its sha256 digest.
    private async Task PutUnderBothAsync(Manifest manifest, string tag, CancellationToken cancellationToken)
    {
        await PutManifestAsync(manifest, cancellationToken).ConfigureAwait(false);
        await PutAsync(manifest, tag, cancellationToken).ConfigureAwait(false);
    }

    private async Task PutAsync(Manifest manifest, string tagOrDigest, CancellationToken cancellationToken)
    {
        var keepsReferrers = await ManifestWriter.PutAsync(_own, manifest, tagOrDigest, cancellationToken).ConfigureAwait(false);
        if (manifest.Subject is not null && !keepsReferrers)
        {
            await ReferrerTag.AddAsync(_own, manifest, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Manifest?> FindAsync(string tagOrDigest, Descriptor? expected, CancellationToken cancellationToken)
    {
        var from = _own;
        var manifest = await ReadAsync(
            remote => ManifestReader.GetAsync(from = remote, tagOrDigest, expected, cancellationToken)).ConfigureAwait(false);
        foreach (var blob in (manifest as ImageManifest)?.References ?? [])
        {
            _mounts.Remember(_own.Store, _own.Repository, blob.Digest);

            // A copy to the registry of a mirror does not have to send blobs that the mirror has.
            _mounts.Remember(from.Store, from.Repository, blob.Digest);
        }

        return manifest;
    }

    // Requests are sent to mirrors first, then to the registry itself.
    private async Task<T?> ReadAsync<T>(Func<RepositoryLocation, Task<T?>> read)
        where T : class
    {
        foreach (var remote in _readable.Where(remote => !remote.IsMirror || !remote.Transport.Host.Mirror.IsSkipped))
        {
            try
            {
                if (await read(remote).ConfigureAwait(false) is { } found)
                {
                    return found;
                }
            }
            catch (Exception error) when (remote.IsMirror && error is RegistryException or DigestMismatchException)
            {
                if (error is RegistryUnreachableException or RegistryUnavailableException)
                {
                    remote.Transport.Host.Mirror.Skip();
                }

                Transport.Log.Information($"The mirror {remote.Transport.Host.Registry} of {Registry} is skipped: {error.Message}");
            }
        }

        return null;
    }

    private async Task<Stream> OpenAsync(
        RepositoryLocation remote, Descriptor descriptor, long offset, CancellationToken cancellationToken)
    {
        var place = await remote.Transport.Host.Downloading.EnterAsync(cancellationToken).ConfigureAwait(false);
        return await ResumingBlobStream.OpenAsync(
            remote.Transport, new BlobRequest(remote, descriptor), offset, _client.Limits, place,
            cancellationToken).ConfigureAwait(false);
    }

    private ManifestNotFoundException NotFound(string tagOrDigest) => new(
        $"{_own.Reference(tagOrDigest)} was not found: {Registry} has no such "
            + $"{(tagOrDigest.Contains(':', StringComparison.Ordinal) ? "digest" : "tag")} in {Repository}.",
        "Check the name of the repository and the tag or digest.");
}
