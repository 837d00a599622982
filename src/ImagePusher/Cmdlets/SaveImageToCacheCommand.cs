using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Save-ImageToCache: registry to cache.</summary>
[Cmdlet(VerbsData.Save, "ImageToCache", SupportsShouldProcess = true)]
[OutputType(typeof(CachedImage), typeof(ImageCopyPlan))]
public sealed class SaveImageToCacheCommand : RegistryCommand
{
    private IReadOnlyList<Platform> _platforms = [];

    /// <summary>The images.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SeenReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>The platforms to take of an index.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string[]? Platform { get; set; }

    /// <summary>Take an index as it is, with everything it names.</summary>
    [Parameter]
    public SwitchParameter AllPlatforms { get; set; }

    /// <summary>Fetch blobs again that the cache has.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Write what would be done as an object, and do nothing.</summary>
    [Parameter]
    public SwitchParameter PlanOnly { get; set; }

    private protected override bool WantsPlan => PlanOnly;

    /// <inheritdoc/>
    protected override void BeginProcessing() => _platforms = RequirePlatforms(Platform);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var text in Reference)
        {
            Try(text, () => Save(text, ImageReference.Parse(text)));
        }
    }

    private void Save(string text, ImageReference reference)
    {
        var session = PusherSession.Current;
        var (cache, repository, throttle) = (session.Cache(), Access.Repository(reference), Access.ThrottleFor(reference.Registry));
        StartCopy(
            text,
            new CopyRequest
            {
                Action = "Save image",
                Activity = "Saving",
                Label = reference.ToString(),
                Select = async token =>
                {
                    var root = await repository.ResolveAsync(reference.TagOrDigest!, token).ConfigureAwait(false);
                    session.Saw(reference);
                    return new ImageSelection(repository, root);
                },
                Target = cache,
                Name = reference.Digest is null ? reference : reference.ByDigest(),
                OptionsFor = _ => new CopyOptions
                {
                    Compression = LayerCompression.None,
                    Platforms = _platforms,
                    DefaultPlatformOnly = !AllPlatforms && _platforms.Count == 0,
                    Force = Force,
                    ThrottleLimit = throttle,
                },
                Copier = session.Copier(cache),
            },
            async (result, token) =>
            {
                var entry = await cache.FindAsync(result.Name.ToString(), token).ConfigureAwait(false);
                return await CachedImages.OfAsync(cache, entry!, token).ConfigureAwait(false);
            });
    }
}
