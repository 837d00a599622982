using System.Collections.Concurrent;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>
/// Copies an image from any source to any target: blobs first, then the manifests that reference them, children before
/// indexes, the name last. A name is assigned only when all content that it refers to exists.
/// </summary>
/// <param name="slots">The shared state of all copies of the process.</param>
/// <param name="encodings">Records compressed layers; null if nothing does.</param>
internal sealed class ImageCopier(TransferSlots slots, IEncodingStore? encodings)
{
    /// <summary>
    /// Copies one image. If its manifest was not read yet and keeps its digest, the target is checked first, and an existing image is not
    /// read.
    /// </summary>
    /// <param name="selection">The image.</param>
    /// <param name="target">The target of the copy.</param>
    /// <param name="name">The full name that it gets there; without a tag it is named by its digest.</param>
    /// <param name="options">The options of the copy.</param>
    /// <param name="monitor">Receives the state of the copy.</param>
    /// <param name="cancellationToken">Cancels the copy; completed blobs stay.</param>
    /// <exception cref="ImagePusherException">The copy failed; nothing was named.</exception>
    public async Task<CopyResult> CopyAsync(
        ImageSelection selection, IImageTarget target, ImageReference name, CopyOptions options, CopyMonitor monitor,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentNullException.ThrowIfNull(options);
        var started = options.TimeProvider.GetTimestamp();
        var job = new CopyJob(selection, target, name, options);
        var verification = await SelectionVerification.RunAsync(selection, options, cancellationToken).ConfigureAwait(false);
        var referrers = options.IncludeReferrers ? new ReferrerCopy(selection, target, name, options) : null;
        var isAsked = !selection.IsRead && options.KeepsDigest(selection.IsRewritable);
        if (isAsked && await job.IsPublishedAsync(selection.Root.Digest, cancellationToken).ConfigureAwait(false))
        {
            options.Logger.Information($"{name} exists with the same digest, {selection.Root.Digest}.");
            if (referrers is not null)
            {
                var subjects = await ReferrerCopy.SubjectsAsync(selection, cancellationToken).ConfigureAwait(false);
                await referrers.RunAsync(subjects, this, monitor, cancellationToken).ConfigureAwait(false);
            }

            return new CopyResult(job.NameOf(selection.Root.Digest), selection.Root, selection.SourceDigest)
            {
                BytesSent = monitor.Sent,
                Duration = options.TimeProvider.GetElapsedTime(started),
            };
        }

        await job.ReadAsync(verification.Accepted, cancellationToken).ConfigureAwait(false);
        job.SuggestOrigin();
        var blobs = monitor.Start(job.Blobs);
        var tree = isAsked ? null : await FindAsync(job, cancellationToken).ConfigureAwait(false);
        var isPublished = tree is not null;
        if (isPublished)
        {
            monitor.End(BlobState.Existing);
            options.Logger.Information($"{name} exists with the same digest, {tree!.Root.Digest}.");
        }
        else
        {
            tree = await SendAsync(job, blobs, target, options, cancellationToken).ConfigureAwait(false);
            await job.PutManifestsAsync(tree, monitor, withRoot: referrers is not null, cancellationToken).ConfigureAwait(false);
        }

        if (referrers is not null)
        {
            await referrers.RunAsync(
                tree!.Manifests.Select(manifest => manifest.Digest), this, monitor, cancellationToken).ConfigureAwait(false);
        }

        verification.WarnIfRewritten(tree!.Root, name);
        if (!isPublished)
        {
            await job.PublishAsync(tree!.Root, monitor, cancellationToken).ConfigureAwait(false);
        }

        return new CopyResult(job.NameOf(tree!.Root.Digest), tree.Root.Descriptor, job.SourceOf(tree.Root))
        {
            Layers = job.Blobs.Count(work => work.IsLayer),
            Uploaded = monitor.Count(BlobState.Uploaded),
            Mounted = monitor.Count(BlobState.Mounted),
            Existing = monitor.Count(BlobState.Existing),
            BytesSent = monitor.Sent,
            Duration = options.TimeProvider.GetElapsedTime(started),
        };
    }

    /// <summary>Reports what a copy would do. Requests are sent to the target, but it is not changed.</summary>
    /// <inheritdoc cref="CopyAsync"/>
    public async Task<CopyPlan> PlanAsync(
        ImageSelection selection, IImageTarget target, ImageReference name, CopyOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(target);
        var job = new CopyJob(selection, target, name, options);
        var referrers = options.IncludeReferrers ? new ReferrerCopy(selection, target, name, options) : null;
        var verification = await SelectionVerification.RunAsync(selection, options, cancellationToken).ConfigureAwait(false);
        await job.ReadAsync(verification.Accepted, cancellationToken).ConfigureAwait(false);
        job.SuggestOrigin();
        var known = await job.RecallAsync(encodings, cancellationToken).ConfigureAwait(false);
        var tree = job.Result(known);
        var isPublished = await job.IsPublishedAsync(tree?.Root.Digest, cancellationToken).ConfigureAwait(false);
        var blobs = new PlannedBlob[job.Blobs.Count];
        await Parallel.ForAsync(
            0, blobs.Length, Parallelism(options, target, cancellationToken),
            async (position, stop) =>
            {
                var work = job.Blobs[position];
                blobs[position] = isPublished
                    ? new PlannedBlob(work.Blob, work.IsLayer, PlannedAction.Exists)
                    : await PlannedBlob.OfAsync(
                        work, known.GetValueOrDefault(work.Blob.Digest), target, options.Force, stop).ConfigureAwait(false);
            }).ConfigureAwait(false);
        var (found, ofReferrers) = referrers is null || tree is null ? ([], []) : await referrers.PlanAsync(
            tree.Manifests.Select(manifest => manifest.Digest), job.Blobs.Select(work => work.Blob.Digest).ToHashSet(),
            cancellationToken).ConfigureAwait(false);
        return new CopyPlan(
            tree is null ? name : job.NameOf(tree.Root.Digest), tree?.Root.Descriptor, isPublished,
            [.. blobs.Concat(ofReferrers).OrderByDescending(blob => blob.Blob.Size)])
        {
            SourceDigest = tree is null ? null : job.SourceOf(tree.Root),
            Referrers = found,
        };
    }

    /// <summary>The manifests of the result, if all of them are known and the target has them under the name; else null.</summary>
    private async Task<ImageTree?> FindAsync(CopyJob job, CancellationToken cancellationToken)
    {
        var tree = job.Result(await job.RecallAsync(encodings, cancellationToken).ConfigureAwait(false));
        return await job.IsPublishedAsync(tree?.Root.Digest, cancellationToken).ConfigureAwait(false) ? tree : null;
    }

    private async Task<ImageTree> SendAsync(
        CopyJob job, IReadOnlyList<BlobProgress> blobs, IImageTarget target, CopyOptions options, CancellationToken cancellationToken)
    {
        var changed = new ConcurrentDictionary<Digest, Descriptor>();
        var transfer = new BlobTransfer(job.Source, target, slots, encodings, options.Force, options.Logger);
        await Parallel.ForEachAsync(
            job.Blobs.Zip(blobs), Parallelism(options, target, cancellationToken),
            async (blob, stop) =>
            {
                if (await transfer.RunAsync(blob.First, blob.Second, stop).ConfigureAwait(false) is { } result)
                {
                    changed[blob.First.Blob.Digest] = result;
                }
            }).ConfigureAwait(false);
        return job.Result(changed)!;
    }

    private static ParallelOptions Parallelism(CopyOptions options, IImageTarget target, CancellationToken cancellationToken) => new()
    {
        MaxDegreeOfParallelism = Math.Max(1, Math.Min(options.ThrottleLimit, target.ParallelBlobs)),
        CancellationToken = cancellationToken,
    };
}
