using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Cache;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Optimize-ImageCache: removes the blobs that no image names.</summary>
[Cmdlet(VerbsCommon.Optimize, "ImageCache", SupportsShouldProcess = true)]
[OutputType(typeof(ImageCacheCleanup))]
public sealed class OptimizeImageCacheCommand : CacheCommand
{
    /// <summary>How old an unused blob must be; younger ones may belong to a save that is under way.</summary>
    [Parameter]
    [ValidateQuantity(0, 3_153_600_000, "how old an unused blob must be, in seconds")]
    public TimeSpan GracePeriod { get; set; } = TimeSpan.FromHours(1);

    private protected override void Process(ImageCache cache) => Try(cache.Path, () =>
    {
        if (IsWhatIf)
        {
            var plan = Await(token => cache.CollectGarbageAsync(whatIf: true, token, GracePeriod));
            ShouldProcess($"Remove {plan.Blobs} unused blobs and {plan.Partials} unfinished ones, {SizeText.Of(plan.Bytes)}, from {cache.Path}.", null, null);
        }
        else if (ShouldProcess(cache.Path, "Remove unused blobs"))
        {
            Start(cache.Path, async (pending, token) =>
                pending.Write(ImageCacheCleanup.Of(cache, await cache.CollectGarbageAsync(whatIf: false, token, GracePeriod).ConfigureAwait(false))));
        }
    });
}
