using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Cache;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Remove-CachedImage: removes names from the cache; Optimize-ImageCache then removes the unused content.</summary>
[Cmdlet(VerbsCommon.Remove, "CachedImage", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveCachedImageCommand : CachedImageCommand
{
    private protected override void Process(ImageCache cache, string text)
    {
        IReadOnlyList<CacheEntry> entries = [];
        Try(text, () => entries = Await(token => CacheLookup.FindAsync(cache, text, token)));
        foreach (var entry in entries)
        {
            if (ShouldProcess($"{entry.PrintableName()} ({entry.Digest})", "Remove cached image"))
            {
                Try(text, () => Await(token => cache.RemoveAsync(entry, token)));
            }
        }
    }
}
