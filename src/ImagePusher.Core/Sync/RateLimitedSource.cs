using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;

namespace ImagePusher.Core.Sync;

/// <summary>
/// A repository from which an image is read only while enough pulls remain. The limit is checked once before the first manifest: registries
/// count manifests, and neither HEAD requests nor blobs.
/// </summary>
internal sealed class RateLimitedSource(RegistryRepository repository, RateLimitGate gate, RateLimitRule rule)
    : IReferrerSource, IDerivedSource
{
    private Task? _entry;

    public IImageSource Origin => repository;

    public string Description => repository.Description;

    public async Task<Manifest> ResolveAsync(string nameOrDigest, CancellationToken cancellationToken)
    {
        await EnterAsync(nameOrDigest, cancellationToken).ConfigureAwait(false);
        return await repository.ResolveAsync(nameOrDigest, cancellationToken).ConfigureAwait(false);
    }

    public async Task<Manifest> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        await EnterAsync(descriptor.Digest.ToString(), cancellationToken).ConfigureAwait(false);
        return await repository.GetManifestAsync(descriptor, cancellationToken).ConfigureAwait(false);
    }

    public Task<bool> ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        repository.ContainsAsync(descriptor, cancellationToken);

    public Task<Stream> OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken) =>
        repository.OpenUnverifiedAsync(descriptor, offset, cancellationToken);

    public Task<IReadOnlyList<Descriptor>> GetReferrersAsync(Digest digest, string? artifactType, CancellationToken cancellationToken) =>
        repository.GetReferrersAsync(digest, artifactType, cancellationToken);

    public Task<IReadOnlyList<TaggedReferrer>> GetTaggedReferrersAsync(Digest digest, CancellationToken cancellationToken) =>
        repository.GetTaggedReferrersAsync(digest, cancellationToken);

    private Task EnterAsync(string tagOrDigest, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _entry) is { } entered)
        {
            return entered;
        }

        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return Interlocked.CompareExchange(ref _entry, first.Task, null) ?? RunAsync(first, tagOrDigest, cancellationToken);
    }

    private async Task RunAsync(TaskCompletionSource first, string tagOrDigest, CancellationToken cancellationToken)
    {
        try
        {
            await gate.EnterAsync(repository, tagOrDigest, rule, cancellationToken).ConfigureAwait(false);
            first.SetResult();
        }
        catch (Exception error)
        {
            first.SetException(error);
            throw;
        }
    }
}
