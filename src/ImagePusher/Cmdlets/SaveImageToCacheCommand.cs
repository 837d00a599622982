using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Save-ImageToCache: copies images from a registry to the cache.</summary>
[Cmdlet(VerbsData.Save, "ImageToCache", SupportsShouldProcess = true)]
[OutputType(typeof(CachedImage), typeof(ImageCopyPlan))]
public sealed class SaveImageToCacheCommand : RegistryTransferCommand
{
    /// <summary>The images.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KnownReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>Copy an index unchanged, with all its platforms.</summary>
    [Parameter]
    public SwitchParameter AllPlatforms { get; set; }

    /// <summary>The folder of the cache.</summary>
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

        foreach (var text in Lines.Read(Reference))
        {
            Try(text, () => Save(text, cache, References.Parse(text)));
        }
    }

    private void Save(string text, ImageCache cache, ImageReference reference)
    {
        var session = PusherSession.Current;
        var (repository, throttle) = (Access.Repository(reference), Access.ThrottleFor(reference.Registry));
        Copies.Start(
            text,
            new CopyRequest
            {
                Action = "Save image",
                Activity = "Saving",
                Label = reference.ToString(),
                Select = async token =>
                {
                    var root = await repository.ResolveAsync(reference.TagOrDigest!, token).ConfigureAwait(false);
                    session.AddKnownReference(reference);
                    return new ImageSelection(repository, root) { Name = reference };
                },
                Target = cache,
                Name = reference.Digest is null ? reference : reference.ByDigest(),
                OptionsFor = _ => new CopyOptions
                {
                    Compression = LayerCompression.None,
                    Platforms = Platforms,
                    IncludeReferrers = IncludeReferrers,
                    DefaultPlatformOnly = !AllPlatforms && Platforms.Count == 0,
                    Force = Force,
                    NoClobber = NoClobber,
                    ThrottleLimit = throttle,
                },
                Copier = session.Copier(),
            },
            async (result, token) => await CachedImage.FindAsync(cache, result.Name.ToString(), token).ConfigureAwait(false));
    }
}
