using System.Collections.Concurrent;
using System.Diagnostics;
using ImagePusher.Core;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Sync;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;
using ImagePusher.Session;

namespace ImagePusher.Pipeline;

/// <summary>Copies the images of a run in the same way as other copies, and writes exactly one result for each.</summary>
/// <param name="command">The cmdlet.</param>
/// <param name="copies">Runs the copies.</param>
/// <param name="options">The options of the copies.</param>
internal sealed class SyncRun(AsyncCommand command, CopyRunner copies, SyncOptions options)
{
    private readonly RateLimitGate _gate = new(options.TimeProvider, command.Log);
    private readonly LibraryCheck _library = new();

    /// <summary>The images that failed, by their sources.</summary>
    public ConcurrentDictionary<ImageReference, bool> Failed { get; } = new();

    /// <summary>The digests that images have at the target, or will have, by their names there.</summary>
    public ConcurrentDictionary<ImageReference, Digest> Copied { get; } = new();

    /// <summary>Starts the copy of one image.</summary>
    public void Start(SyncItem item, DestinationName target, SyncAccess access)
    {
        var progress = command.Progress;
        command.Start(item.Source.ToString(), async (pending, token) =>
        {
            var retries = new RetryCounter(command.Log);
            var started = Stopwatch.GetTimestamp();
            var monitor = new SyncOutcome(item, target.Name, retries, started);
            try
            {
                var copy = RequestOf(item, target, access, retries);
                var result = await copies.RunAsync(copy, progress, token).ConfigureAwait(false);
                PusherSession.Current.AddKnownReference(item.Source);
                PusherSession.Current.AddKnownReference(result.Name);
                Copied[result.Name] = result.Manifest.Digest;
                Write(pending, monitor.Of(result));
                if (result.BytesSent > 0)
                {
                    // An unchanged image existed before the check.
                    await _library.RunAsync(
                        target, access.TargetAccess(target.Name.Registry, item.Source.Registry), token).ConfigureAwait(false);
                }
            }
            catch (DestinationConflictException error) when (options.NoClobber)
            {
                Write(pending, monitor.Skipped(error));
            }
            catch (ImagePusherException error)
            {
                Failed[item.Source] = true;
                Fail(pending, monitor.Failed(error), error);
            }
        });
    }

    /// <summary>Starts the plan of one image.</summary>
    public void StartPlan(SyncItem item, DestinationName target, SyncAccess access, bool isWhatIf) =>
        command.Start(item.Source.ToString(), async (pending, token) =>
        {
            Failed[item.Source] = true;
            var copy = RequestOf(item, target, access, new RetryCounter(command.Log));
            var plan = await PlanAsync(copy, token).ConfigureAwait(false);
            Failed.TryRemove(item.Source, out _);
            if (plan.Digest is not null)
            {
                Copied[target.Name.Tag is null ? target.Name.WithDigest(plan.Digest) : target.Name] = plan.Digest;
            }

            if (isWhatIf)
            {
                var what = plan.IsPublished ? ": nothing to do, it already exists" : "";
                pending.Do(cmdlet => cmdlet.ShouldProcess($"Copy image {item.Source} as {target.Name}{what} ({plan.Digest}).", null, null));
            }
            else
            {
                pending.Write(item.ToPlan(target.Name, plan.IsPublished ? "None" : "Copy", plan.Digest).Compared());
            }
        });

    /// <summary>Records that an image failed before its copy started.</summary>
    public void Reject(SyncItem item, ImageReference? target, ImagePusherException error)
    {
        Failed[item.Source] = true;
        command.Start(item.Source.ToString(), (pending, _) =>
        {
            Fail(pending, new SyncOutcome(item, target, null, Stopwatch.GetTimestamp()).Failed(error), error);
            return Task.CompletedTask;
        });
    }

    /// <summary>Writes a result to the pipeline and to the report.</summary>
    public void Write(PendingInput pending, SyncResult result)
    {
        options.Report?.Write(result);
        pending.Write(result);
    }

    /// <summary>Writes a result with its error.</summary>
    public void Fail(PendingInput pending, SyncResult result, ImagePusherException error)
    {
        Write(pending, result);
        pending.WriteError(error, result.Source ?? result.Reference);
    }

    // The comparison of two digests by HEAD is sufficient if the copy keeps its digest and has no referrers.
    private async Task<(Digest? Digest, bool IsPublished)> PlanAsync(CopyRequest copy, CancellationToken cancellationToken)
    {
        var selection = await copy.Select(cancellationToken).ConfigureAwait(false);
        var options = copies.OptionsFor(copy, selection);
        if (options.KeepsDigest(selection.IsRewritable) && !options.IncludeReferrers && copy.Name.Tag is not null)
        {
            await SelectionVerification.RunAsync(selection, options, cancellationToken).ConfigureAwait(false);
            var published = await copy.Target.FindPublishedAsync(copy.Name, cancellationToken).ConfigureAwait(false);
            return (selection.Root.Digest, published == selection.Root.Digest && !options.Force);
        }

        var plan = await copy.Copier.PlanAsync(selection, copy.Target, copy.Name, options, cancellationToken).ConfigureAwait(false);
        return (plan.Manifest?.Digest, plan is { IsPublished: true, Referrers: [] });
    }

    private CopyRequest RequestOf(SyncItem item, DestinationName target, SyncAccess access, RetryCounter log)
    {
        var from = access.Source(item.Source, log, target.Name.Registry);
        var to = access.Target(target.Name, log, item.Source.Registry);
        var rule = new RateLimitRule(options.MinimumRateLimit ?? item.MinimumRateLimit, options.StopsAtRateLimit, item.RateLimitRetry);
        return new CopyRequest
        {
            Action = "Copy image",
            Activity = "Copying",
            Label = item.Source.ToString(),
            Select = async token =>
            {
                if (copies.CanPrefetchHead(item.Source, target.Name, options.NoClobber, options.Force))
                {
                    to.PrefetchHead(target.Name, token);
                }

                var root = await from.DescribeAsync(item.Source.TagOrDigest!, token).ConfigureAwait(false);
                return new ImageSelection(rule.Minimum > 0 ? new RateLimitedSource(from, _gate, rule) : from, root) { Name = item.Source };
            },
            Target = to,
            Name = target.Name,
            OptionsFor = _ => new CopyOptions
            {
                Compression = LayerCompression.None,
                Platforms = options.Platforms.Count > 0 ? options.Platforms : item.Platforms,
                IncludeReferrers = options.IncludeReferrers ?? item.IncludeReferrers ?? false,
                NoClobber = options.NoClobber,
                Force = options.Force,
                ExpectedDigest = target.ExpectedDigest,
                ThrottleLimit = options.ThrottleFor(target.Name.Registry),
            },
            Copier = PusherSession.Current.Copier(),
        };
    }
}
