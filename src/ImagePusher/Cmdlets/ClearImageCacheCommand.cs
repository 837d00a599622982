using System.Management.Automation;
using ImagePusher.Core.Cache;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Clear-ImageCache: removes everything from a cache.</summary>
[Cmdlet(VerbsCommon.Clear, "ImageCache", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ImageCacheCleanup))]
public sealed class ClearImageCacheCommand : CacheCommand
{
    private protected override void Process(ImageCache cache)
    {
        if (ShouldProcess(cache.Path, "Remove all images from the cache"))
        {
            Start(cache.Path, async (pending, token) =>
                pending.Write(ImageCacheCleanup.Of(cache, await cache.ClearAsync(token).ConfigureAwait(false))));
        }
    }
}
