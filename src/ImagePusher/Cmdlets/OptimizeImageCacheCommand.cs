using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Cache;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Optimize-ImageCache: removes unused blobs.</summary>
[Cmdlet(VerbsCommon.Optimize, "ImageCache", SupportsShouldProcess = true)]
[OutputType(typeof(ImageCacheCleanup))]
public sealed class OptimizeImageCacheCommand : CacheCommand
{
    /// <summary>The minimum age of an unused blob; a younger one may belong to a save in progress.</summary>
    [Parameter]
    [Duration]
    [ValidateQuantity(0, 3_153_600_000, "the minimum age of an unused blob, in seconds")]
    public TimeSpan GracePeriod { get; set; } = TimeSpan.FromHours(1);

    private protected override void Process(ImageCache cache) => Try(cache.Path, () =>
    {
        if (IsWhatIf)
        {
            var plan = Await(token => cache.CollectGarbageAsync(GracePeriod, dryRun: true, token));
            ShouldProcess($"Remove {plan.Blobs} unused and {plan.Partials} unfinished blobs, {SizeText.Of(plan.Bytes)}, from "
                + $"{cache.Path}.", null, null);
        }
        else if (ShouldProcess(cache.Path, "Remove unused blobs"))
        {
            PusherSession.Current.State.RemoveOld();
            Start(cache.Path, async (pending, token) => pending.Write(
                ImageCacheCleanup.Of(cache, await cache.CollectGarbageAsync(GracePeriod, cancellationToken: token).ConfigureAwait(false))));
        }
    });
}
