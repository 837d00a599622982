using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Set-ImageCache: sets the cache of this session.</summary>
[Cmdlet(VerbsCommon.Set, "ImageCache", SupportsShouldProcess = true)]
[OutputType(typeof(ImageCacheInfo))]
public sealed class SetImageCacheCommand : AsyncCommand
{
    /// <summary>A folder: an OCI image layout, also one of another tool, or an empty or new folder.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Path", "PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string CachePath { get; set; } = "";

    /// <summary>Write the cache as an object.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(CachePath, () =>
    {
        var folder = PathResolver.Target(this, CachePath);
        if (!ShouldProcess(folder, "Use as the cache of this session"))
        {
            return;
        }

        // A folder that cannot be a cache is rejected here, not by the next save.
        var cache = PusherSession.Current.Cache(folder);
        Await(cache.InitializeAsync);
        PusherSession.Current.CachePath = folder;
        if (PassThru)
        {
            WriteObject(ImageCacheInfo.Of(cache, Await(cache.GetStatisticsAsync)));
        }
    });
}
