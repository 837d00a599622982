using System.Runtime.CompilerServices;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>Finds referrers of manifests that a source has and a target lacks, and the referrers of those.</summary>
/// <param name="source">The source.</param>
/// <param name="target">The target; null for one that lists no referrers, to which all are copied.</param>
internal sealed class ReferrerWalk(IReferrerSource source, IReferrerSource? target)
{
    /// <summary>The maximum number of manifests whose referrers are listed, and of the referrers in these lists: 10,000.</summary>
    public const int MaximumSubjects = 10_000;

    private readonly HashSet<Digest> _seen = [];
    private long _listed;

    /// <summary>A referrer that the target lacks.</summary>
    /// <param name="Manifest">Its descriptor.</param>
    /// <param name="Tag">Its tag, if the tag relates it to its subject; else null.</param>
    /// <param name="Subject">The manifest that it refers to.</param>
    internal sealed record Missing(Descriptor Manifest, string? Tag, Digest Subject)
    {
        /// <summary>Its name in the repository of its subject.</summary>
        public ImageReference NameBeside(ImageReference subject) =>
            Tag is null ? subject.WithDigest(Manifest.Digest) : subject.WithTag(Tag);
    }

    /// <summary>
    /// Lists the referrers of subjects and of their referrers; each manifest is listed once, even if referrers form a
    /// cycle.
    /// </summary>
    /// <exception cref="LimitExceededException">There are more than <see cref="MaximumSubjects"/> of them.</exception>
    public async IAsyncEnumerable<Missing> FindAsync(
        IEnumerable<Digest> subjects, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var queue = new Queue<Digest>(subjects);
        while (queue.TryDequeue(out var subject))
        {
            if (!_seen.Add(subject))
            {
                continue;
            }

            Check(_seen.Count);
            var tagged = source.GetTaggedReferrersAsync(subject, cancellationToken);
            var listed = await source.GetReferrersAsync(subject, null, cancellationToken).ConfigureAwait(false);
            _listed += listed.Count + (await tagged.ConfigureAwait(false)).Count;
            Check(_listed);
            await foreach (var missing in CompareAsync(
                subject, listed, await tagged.ConfigureAwait(false), cancellationToken).ConfigureAwait(false))
            {
                yield return missing;
            }

            foreach (var referrer in listed.Concat((await tagged.ConfigureAwait(false)).Select(entry => entry.Manifest)))
            {
                queue.Enqueue(referrer.Digest);
            }
        }
    }

    private void Check(long count)
    {
        if (count > MaximumSubjects)
        {
            throw new LimitExceededException(
                $"{source.Description} lists more than {MaximumSubjects:N0} referrers of one image.",
                "Copy the image without its referrers.");
        }
    }

    private async IAsyncEnumerable<Missing> CompareAsync(
        Digest subject, IReadOnlyList<Descriptor> listed, IReadOnlyList<TaggedReferrer> tagged,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (listed.Count > 0)
        {
            var existing = target is null ? [] : await target.GetReferrersAsync(subject, null, cancellationToken).ConfigureAwait(false);
            var digests = existing.Select(entry => entry.Digest).ToHashSet();
            foreach (var referrer in listed.Where(entry => !digests.Contains(entry.Digest)))
            {
                yield return new Missing(referrer, null, subject);
            }
        }

        if (tagged.Count > 0)
        {
            var existing = target is null ? [] : await target.GetTaggedReferrersAsync(subject, cancellationToken).ConfigureAwait(false);
            foreach (var referrer in tagged.Where(
                entry => !existing.Any(other => other.Tag == entry.Tag && other.Manifest.Digest == entry.Manifest.Digest)))
            {
                yield return new Missing(referrer.Manifest, referrer.Tag, subject);
            }
        }
    }
}
