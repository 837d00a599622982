using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Set-ImageCache: the cache of this session.</summary>
[Cmdlet(VerbsCommon.Set, "ImageCache", SupportsShouldProcess = true)]
[OutputType(typeof(ImageCacheInfo))]
public sealed class SetImageCacheCommand : AsyncCommand
{
    /// <summary>A folder: an OCI image layout, also another tool's, or one that is empty or not there yet.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("CachePath", "PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Write what the cache holds.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(Path, () =>
    {
        var session = PusherSession.Current;
        var folder = PathResolver.Target(this, Path);
        if (!ShouldProcess(folder, "Use as this session's cache"))
        {
            return;
        }

        // A folder that can't be a cache is refused here, not by the next save.
        var cache = session.Cache(folder);
        Await(cache.InitializeAsync);
        session.CachePath = folder;
        if (PassThru)
        {
            WriteObject(ImageCacheInfo.Of(cache, Await(cache.GetStatisticsAsync)));
        }
    });
}
