using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Manifests;

namespace ImagePusher.Core.Registry;

/// <content>The existing manifest of a name.</content>
public sealed partial class RegistryRepository
{
    // Others can move the tag at any time, so an old response is not used. The limit is far above the time that a source needs under
    // load: with a lower limit, a busy registry would receive every request twice.
    private static readonly TimeSpan PrefetchLifetime = TimeSpan.FromMinutes(1);

    private PrefetchedHead? _prefetchedHead;

    /// <summary>
    /// Starts the request for the digest of a tag while the source of its image is still being read: over a network with latency, both
    /// requests and the first connections take the time of one. The next <see cref="FindPublishedAsync"/> of the tag takes the answer.
    /// </summary>
    internal void PrefetchHead(ImageReference name, CancellationToken cancellationToken)
    {
        if (name.Tag is { } tag)
        {
            var head = HeadOwnAsync(tag, cancellationToken);

            // The response is not needed if the source fails.
            _ = head.ContinueWith(
                static asked => _ = asked.Exception, CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            Volatile.Write(ref _prefetchedHead, new PrefetchedHead(tag, head, _client.TimeProvider.GetTimestamp()));
        }
    }

    /// <summary>The digest that a name refers to; null if it does not exist or referenced content is missing.</summary>
    /// <remarks>
    /// A tag protects the content of its image. An index that is referenced only by its digest is complete only if all its images exist,
    /// because deletions, including those of other tools, can remove the images of an untagged index.
    /// </remarks>
    internal async Task<Digest?> FindPublishedAsync(ImageReference name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        if ((name.Tag ?? name.Digest?.ToString()) is not { } tagOrDigest)
        {
            return null;
        }

        var head = await (TakePrefetchedHead(name.Tag) ?? HeadOwnAsync(tagOrDigest, cancellationToken)).ConfigureAwait(false);
        return head is null || (name.Tag is null && !await IsCompleteAsync(head, [], 0, cancellationToken).ConfigureAwait(false))
            ? null
            : head.Digest;
    }

    private Task<Descriptor?>? TakePrefetchedHead(string? tag) =>
        Interlocked.Exchange(ref _prefetchedHead, null) is { } asked && asked.Tag == tag
            && _client.TimeProvider.GetElapsedTime(asked.Since) < PrefetchLifetime
            ? asked.Head
            : null;

    private async Task<Descriptor?> HeadOwnAsync(string tagOrDigest, CancellationToken cancellationToken)
    {
        var head = await ManifestReader.HeadAsync(_own, tagOrDigest, _own.PushScopes, cancellationToken).ConfigureAwait(false);
        return head.Descriptor is not null || head.IsMissing
            ? head.Descriptor
            : (await ManifestReader.GetAsync(_own, tagOrDigest, null, cancellationToken).ConfigureAwait(false))?.Descriptor;
    }

    private async Task<bool> IsCompleteAsync(Descriptor manifest, HashSet<Digest> seen, int depth, CancellationToken cancellationToken)
    {
        if (!MediaTypes.IsIndex(manifest.MediaType))
        {
            return true;
        }

        if (depth > Limits.IndexDepth || seen.Count > _client.Limits.ManifestsPerIndex
            || await ManifestReader.GetAsync(_own, manifest.Digest.ToString(), null, cancellationToken).ConfigureAwait(false)
                is not ImageIndex index)
        {
            return false;
        }

        foreach (var child in index.Manifests.Where(child => child.IsManifest && seen.Add(child.Digest)))
        {
            if (await HeadOwnAsync(child.Digest.ToString(), cancellationToken).ConfigureAwait(false) is not { } found
                || !await IsCompleteAsync(found, seen, depth + 1, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    private sealed record PrefetchedHead(string Tag, Task<Descriptor?> Head, long Since);
}
