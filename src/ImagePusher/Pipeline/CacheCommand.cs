using System.Management.Automation;
using ImagePusher.Core.Cache;

namespace ImagePusher.Pipeline;

/// <summary>A cmdlet that works on a cache as a whole.</summary>
public abstract class CacheCommand : AsyncCommand
{
    /// <summary>The cache's folder; the session's unless given.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [ValidateNotNullOrEmpty]
    public string? CachePath { get; set; }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        if (TryCache(CachePath, out var cache))
        {
            Process(cache);
        }
    }

    /// <summary>Starts the work on the cache.</summary>
    private protected abstract void Process(ImageCache cache);
}
