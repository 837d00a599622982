using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Cache;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Remove-CachedImage: takes the name away; the blobs go with Optimize-ImageCache.</summary>
[Cmdlet(VerbsCommon.Remove, "CachedImage", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveCachedImageCommand : AsyncCommand
{
    /// <summary>The cached images: names or wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CachedReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>The cache's folder.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? CachePath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!TryCache(CachePath, out var cache))
        {
            return;
        }

        foreach (var text in Reference)
        {
            IReadOnlyList<CacheEntry> entries = [];
            Try(text, () => entries = Await(token => CacheLookup.FindAsync(cache, text, token)));
            foreach (var entry in entries)
            {
                if (ShouldProcess($"{entry} ({entry.Descriptor.Digest})", "Remove cached image"))
                {
                    Try(text, () => Await(token => cache.RemoveAsync(entry, token)));
                }
            }
        }
    }
}
