using System.Collections.Concurrent;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>
/// The source of one image that several copies read: each manifest and each list of referrers is requested once, so that all copies and
/// previous checks use the same content.
/// </summary>
/// <param name="source">The source.</param>
/// <param name="stop">Cancels requests. A request does not end with the copy that made it, because others wait for it.</param>
internal sealed class SharedSource(IReferrerSource source, CancellationToken stop) : IReferrerSource, IDerivedSource
{
    private readonly ConcurrentDictionary<Digest, Lazy<Task<Manifest>>> _manifests = new();
    private readonly ConcurrentDictionary<(Digest Subject, string? Type), Lazy<Task<IReadOnlyList<Descriptor>>>> _referrers = new();
    private readonly ConcurrentDictionary<Digest, Lazy<Task<IReadOnlyList<TaggedReferrer>>>> _tagged = new();

    public IImageSource Origin => source;

    public string Description => source.Description;

    public bool IsRewritable(Descriptor manifest) => source.IsRewritable(manifest);

    public Task<Manifest> ResolveAsync(string nameOrDigest, CancellationToken cancellationToken) =>
        source.ResolveAsync(nameOrDigest, cancellationToken);

    public Task<Manifest> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return OnceAsync(_manifests, descriptor.Digest, () => source.GetManifestAsync(descriptor, stop), cancellationToken);
    }

    public Task<bool> ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        source.ContainsAsync(descriptor, cancellationToken);

    public Task<Stream> OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken) =>
        source.OpenBlobAsync(descriptor, offset, cancellationToken);

    public Task<IReadOnlyList<Descriptor>> GetReferrersAsync(Digest digest, string? artifactType, CancellationToken cancellationToken) =>
        OnceAsync(_referrers, (digest, artifactType), () => source.GetReferrersAsync(digest, artifactType, stop), cancellationToken);

    public Task<IReadOnlyList<TaggedReferrer>> GetTaggedReferrersAsync(Digest digest, CancellationToken cancellationToken) =>
        OnceAsync(_tagged, digest, () => source.GetTaggedReferrersAsync(digest, stop), cancellationToken);

    private static Task<TResult> OnceAsync<TKey, TResult>(
        ConcurrentDictionary<TKey, Lazy<Task<TResult>>> known, TKey key, Func<Task<TResult>> request, CancellationToken cancellationToken)
        where TKey : notnull =>
        known.GetOrAdd(key, _ => new Lazy<Task<TResult>>(request)).Value.WaitAsync(cancellationToken);
}
