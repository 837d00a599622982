using System.Management.Automation;
using ImagePusher.Core.Cache;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Get-ImageCache: shows the location and the size of a cache.</summary>
[Cmdlet(VerbsCommon.Get, "ImageCache")]
[OutputType(typeof(ImageCacheInfo))]
public sealed class GetImageCacheCommand : CacheCommand
{
    private protected override void Process(ImageCache cache) => Start(cache.Path, async (pending, token) =>
        pending.Write(ImageCacheInfo.Of(cache, await cache.GetStatisticsAsync(token).ConfigureAwait(false))));
}
