using System.Collections.Concurrent;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>
/// Copies an image from any source to any target: blobs first, then the manifests that name them, children before
/// indexes, the name last. Nothing is named before all that it names is there.
/// </summary>
/// <param name="limits">What all copies of the process share.</param>
/// <param name="encodings">Remembers what plain layers became; null if nothing does.</param>
internal sealed class ImageCopier(TransferLimits limits, IEncodingStore? encodings)
{
    /// <summary>Copies one image. If it was not read yet and keeps its digest, the target is asked first, and nothing is read of what it has.</summary>
    /// <param name="selection">The image.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="name">The full name that it gets there; without a tag it is named by its digest.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Takes how far it is.</param>
    /// <param name="cancellationToken">Stops the copy; what was sent whole stays.</param>
    /// <exception cref="ImagePusherException">The copy failed; nothing was named.</exception>
    public async Task<CopyResult> CopyAsync(
        ImageSelection selection, IImageTarget target, ImageReference name, CopyOptions options,
        CopyMonitor progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentNullException.ThrowIfNull(options);
        var started = options.TimeProvider.GetTimestamp();
        var publication = new Publication(target, name, options);
        var referrers = options.IncludeReferrers ? new ReferrerCopy(selection.Source, target, name, options) : null;
        var isAsked = !selection.IsRead && options.KeepsDigest(selection.IsRewritable);
        if (isAsked && await publication.IsThereAsync(selection.Root.Digest, cancellationToken).ConfigureAwait(false))
        {
            options.Logger.Verbose($"{name} is there already ({selection.Root.Digest}).");
            if (referrers is not null)
            {
                await referrers.RunAsync(await ReferrerCopy.SubjectsAsync(selection, cancellationToken).ConfigureAwait(false), this, progress, cancellationToken).ConfigureAwait(false);
            }

            return new CopyResult(CopyJob.NameOf(name, selection.Root.Digest), selection.Root, selection.SourceDigest) { BytesSent = progress.Sent, Duration = options.TimeProvider.GetElapsedTime(started) };
        }

        var job = await CopyJob.PrepareAsync(selection, options, cancellationToken).ConfigureAwait(false);
        var blobs = job.Blobs.Select(work => (Work: work, Progress: new BlobProgress(work.Blob, work.IsLayer))).ToList();
        progress.Start(blobs.Select(blob => blob.Progress));

        var tree = isAsked ? null : await FindAsync(job, publication, cancellationToken).ConfigureAwait(false);
        if (tree is not null)
        {
            blobs.ForEach(blob => blob.Progress.End(BlobState.Existing));
            options.Logger.Verbose($"{name} is there already ({tree.Root.Digest}).");
        }

        var isNamed = tree is not null;
        tree ??= await SendAsync(job, blobs, target, options, cancellationToken).ConfigureAwait(false);
        if (!isNamed)
        {
            await publication.PutBelowAsync(tree, progress, withRoot: referrers is not null, cancellationToken).ConfigureAwait(false);
        }

        if (referrers is not null)
        {
            await referrers.RunAsync(tree.Manifests.Select(manifest => manifest.Digest), this, progress, cancellationToken).ConfigureAwait(false);
        }

        if (!isNamed)
        {
            await publication.NameAsync(tree.Root, job.SourceOf(tree.Root), progress, cancellationToken).ConfigureAwait(false);
        }

        return new CopyResult(CopyJob.NameOf(name, tree.Root.Digest), tree.Root.Descriptor, job.SourceOf(tree.Root))
        {
            Layers = blobs.Count(blob => blob.Work.IsLayer),
            Uploaded = progress.Count(BlobState.Uploaded),
            Mounted = progress.Count(BlobState.Mounted),
            Existing = progress.Count(BlobState.Existing),
            BytesSent = progress.Sent,
            Duration = options.TimeProvider.GetElapsedTime(started),
        };
    }

    /// <summary>Says what a copy would do, asking the target but changing nothing there.</summary>
    /// <inheritdoc cref="CopyAsync"/>
    public async Task<CopyPlan> PlanAsync(
        ImageSelection selection, IImageTarget target, ImageReference name, CopyOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(target);
        var job = await CopyJob.PrepareAsync(selection, options, cancellationToken).ConfigureAwait(false);
        var known = await job.RecallAsync(encodings, cancellationToken).ConfigureAwait(false);
        var isPublished = await FindAsync(job, new Publication(target, name, options), cancellationToken).ConfigureAwait(false) is not null;
        var blobs = new PlannedBlob[job.Blobs.Count];
        await Parallel.ForAsync(
            0, blobs.Length, Parallelism(options, target, cancellationToken),
            async (position, stop) =>
            {
                var work = job.Blobs[position];
                blobs[position] = isPublished
                    ? new PlannedBlob(work.Blob, work.IsLayer, PlannedAction.Exists)
                    : await PlannedBlob.OfAsync(work, known.GetValueOrDefault(work.Blob.Digest), target, options.Force, stop).ConfigureAwait(false);
            }).ConfigureAwait(false);
        var tree = job.IsKnown(known) ? job.Result(known) : null;
        return new CopyPlan(tree is null ? name : CopyJob.NameOf(name, tree.Root.Digest), tree?.Root.Descriptor, isPublished, blobs)
        {
            SourceDigest = tree is null ? null : job.SourceOf(tree.Root),
            Referrers = options.IncludeReferrers && tree is not null
                ? await new ReferrerCopy(selection.Source, target, name, options).PlanAsync(tree.Manifests.Select(manifest => manifest.Digest), cancellationToken).ConfigureAwait(false)
                : [],
        };
    }

    /// <summary>The manifests that the copy would end with, if all of them are known and the target has them under the name.</summary>
    private async Task<ImageTree?> FindAsync(CopyJob job, Publication publication, CancellationToken cancellationToken)
    {
        var known = await job.RecallAsync(encodings, cancellationToken).ConfigureAwait(false);
        var tree = job.IsKnown(known) ? job.Result(known) : null;
        return await publication.IsThereAsync(tree?.Root.Digest, cancellationToken).ConfigureAwait(false) ? tree : null;
    }

    private async Task<ImageTree> SendAsync(
        CopyJob job, IReadOnlyList<(BlobWork Work, BlobProgress Progress)> blobs, IImageTarget target, CopyOptions options, CancellationToken cancellationToken)
    {
        var encoded = new ConcurrentDictionary<Digest, Descriptor>();
        await Parallel.ForEachAsync(
            blobs, Parallelism(options, target, cancellationToken),
            async (blob, stop) =>
            {
                var transfer = new BlobTransfer(job.Source, target, limits, encodings, options.Force, options.Logger);
                if (await transfer.RunAsync(blob.Work, blob.Progress, stop).ConfigureAwait(false) is { } result)
                {
                    encoded[blob.Work.Blob.Digest] = result;
                }
            }).ConfigureAwait(false);
        return job.Result(encoded);
    }

    private static ParallelOptions Parallelism(CopyOptions options, IImageTarget target, CancellationToken cancellationToken) => new()
    {
        MaxDegreeOfParallelism = Math.Clamp(options.ThrottleLimit, 1, target.ParallelBlobs),
        CancellationToken = cancellationToken,
    };
}
