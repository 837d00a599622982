using System.Runtime.CompilerServices;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>Finds what refers to manifests at a source and is missing at a target, and what refers to that in turn.</summary>
internal sealed class ReferrerWalk(IReferrerSource source, IReferrerSource target)
{
    private readonly HashSet<Digest> _seen = [];

    /// <summary>One that is missing.</summary>
    /// <param name="Manifest">What names it.</param>
    /// <param name="Tag">Its tag, if that is what ties it to its subject.</param>
    internal sealed record Missing(Descriptor Manifest, string? Tag)
    {
        /// <summary>The name that it gets beside its subject.</summary>
        public ImageReference NameBeside(ImageReference subject) => Tag is null ? subject.WithDigest(Manifest.Digest) : subject.WithTag(Tag);
    }

    /// <summary>Begins at the subjects; each manifest is looked at once, whatever the lists say.</summary>
    public async IAsyncEnumerable<Missing> FindAsync(IEnumerable<Digest> subjects, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var queue = new Queue<Digest>(subjects);
        while (queue.TryDequeue(out var subject))
        {
            if (!_seen.Add(subject))
            {
                continue;
            }

            var tagged = source.GetTaggedReferrersAsync(subject, cancellationToken);
            var listed = await source.GetReferrersAsync(subject, null, cancellationToken).ConfigureAwait(false);
            await foreach (var missing in CompareAsync(subject, listed, await tagged.ConfigureAwait(false), cancellationToken).ConfigureAwait(false))
            {
                yield return missing;
            }

            foreach (var referrer in listed.Concat((await tagged.ConfigureAwait(false)).Select(entry => entry.Manifest)))
            {
                queue.Enqueue(referrer.Digest);
            }
        }
    }

    private async IAsyncEnumerable<Missing> CompareAsync(
        Digest subject, IReadOnlyList<Descriptor> listed, IReadOnlyList<TaggedReferrer> tagged, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (listed.Count > 0)
        {
            var there = (await target.GetReferrersAsync(subject, null, cancellationToken).ConfigureAwait(false)).Select(entry => entry.Digest).ToHashSet();
            foreach (var referrer in listed.Where(entry => !there.Contains(entry.Digest)))
            {
                yield return new Missing(referrer, null);
            }
        }

        if (tagged.Count > 0)
        {
            var there = await target.GetTaggedReferrersAsync(subject, cancellationToken).ConfigureAwait(false);
            foreach (var referrer in tagged.Where(entry => !there.Any(other => other.Tag == entry.Tag && other.Manifest.Digest == entry.Manifest.Digest)))
            {
                yield return new Missing(referrer.Manifest, referrer.Tag);
            }
        }
    }
}
