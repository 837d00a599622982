using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Cache;
using ImagePusher.Session;

namespace ImagePusher.Pipeline;

/// <summary>A cmdlet that works on a cache as a whole.</summary>
public abstract class CacheCommand : AsyncCommand
{
    /// <summary>The cache's folder; the session's unless given.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [ValidateNotNullOrEmpty]
    public string? CachePath { get; set; }

    private protected ImageCache Cache => PusherSession.Current.Cache(CachePath is null ? null : PathResolver.Target(this, CachePath));
}
