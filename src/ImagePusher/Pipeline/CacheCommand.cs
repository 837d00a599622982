using System.Management.Automation;
using ImagePusher.Core.Cache;

namespace ImagePusher.Pipeline;

/// <summary>A cmdlet that processes a cache as a whole.</summary>
public abstract class CacheCommand : AsyncCommand
{
    /// <summary>The folder of the cache.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? CachePath { get; set; }

    /// <summary>
    /// The former name of <see cref="CachePath"/>. It does not bind by property name: the Path of an object is another
    /// path.
    /// </summary>
    [Parameter(DontShow = true)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        if (TryCache(CachePath ?? Path, out var cache))
        {
            Process(cache);
        }
    }

    /// <summary>Starts the work on the cache.</summary>
    private protected abstract void Process(ImageCache cache);
}
