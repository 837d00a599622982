using System.Collections.Concurrent;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Session;

namespace ImagePusher.Pipeline;

/// <summary>The digests of references, with one HEAD request for each reference.</summary>
internal sealed class DigestLookup
{
    private readonly ConcurrentDictionary<ImageReference, Lazy<Task<Digest>>> _digests = new();

    /// <summary>The digest of a reference; one that has a digest is not requested. All calls of a cmdlet have the same token.</summary>
    public Task<Digest> GetAsync(RegistryAccess access, ImageReference reference, CancellationToken cancellationToken) =>
        reference.Digest is { } own ? Task.FromResult(own)
        : _digests.GetOrAdd(reference, name => new Lazy<Task<Digest>>(() => RequestAsync(access, name, cancellationToken))).Value;

    private static async Task<Digest> RequestAsync(
        RegistryAccess access, ImageReference reference, CancellationToken cancellationToken)
    {
        var descriptor = await access.Repository(reference).DescribeAsync(reference.Tag!, cancellationToken).ConfigureAwait(false);
        PusherSession.Current.AddKnownReference(reference);
        return descriptor.Digest;
    }
}
