using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Cache;

namespace ImagePusher.Pipeline;

/// <summary>A cmdlet that processes cached images, one by one, and copies none of them.</summary>
public abstract class CachedImageCommand : AsyncCommand
{
    /// <summary>The cached images: names, digests or wildcard patterns.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CachedReferenceCompleter))]
    public virtual string[] Reference { get; set; } = [];

    /// <summary>The folder of the cache.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? CachePath { get; set; }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        if (!TryCache(CachePath, out var cache))
        {
            return;
        }

        foreach (var text in Lines.Read(Reference))
        {
            Process(cache, text);
        }
    }

    /// <summary>Starts the work on the images that a text selects.</summary>
    private protected abstract void Process(ImageCache cache, string text);
}
