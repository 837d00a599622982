using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Copy-RegistryImage: registry to registry, streaming.</summary>
[Cmdlet(VerbsCommon.Copy, "RegistryImage", SupportsShouldProcess = true)]
[OutputType(typeof(ImagePushResult), typeof(ImageCopyPlan))]
public sealed class CopyRegistryImageCommand : RegistryCommand
{
    private DestinationMap _destination = null!;
    private IReadOnlyList<Platform> _platforms = [];

    /// <summary>The images.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SeenReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>A registry, a folder of one (ends with '/'), or the full name of the target.</summary>
    [Parameter(Mandatory = true, Position = 1, HelpMessage = "A registry (localhost:5000), a folder of one (localhost:5000/team/) or a full name (localhost:5000/team/app:1.0)")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DestinationCompleter))]
    public string Destination { get; set; } = "";

    /// <summary>The platforms to take of an index; all that it names unless given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string[]? Platform { get; set; }

    /// <summary>Take along what refers to the image: signatures, SBOMs, attestations.</summary>
    [Parameter]
    public SwitchParameter IncludeReferrers { get; set; }

    /// <summary>Leave a name that stands for another image as it is.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Send blobs and manifests though they are there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Who asks the destination; in place of what Connect-Registry and the config files say.</summary>
    [Parameter]
    [Credential]
    public PSCredential? DestinationCredential { get; set; }

    /// <summary>Write what would be done as an object, and do nothing.</summary>
    [Parameter]
    public SwitchParameter PlanOnly { get; set; }

    private protected override bool WantsPlan => PlanOnly;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _platforms = RequirePlatforms(Platform);
        _destination = Require(Destination, () => DestinationMap.Parse(Destination));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var text in Reference)
        {
            Try(text, () => Copy(text, ImageReference.Parse(text)));
        }
    }

    private void Copy(string text, ImageReference source)
    {
        var (name, expected, _) = _destination.For(source, text, source.ToString());
        var isOneRegistry = source.Registry == name.Registry;

        // -PlainHttp is about the destination: it must not send a source's credentials in the clear.
        var from = (isOneRegistry ? Access : Access with { PlainHttp = null }).Repository(source);
        var to = Access with { Credential = DestinationCredential ?? (isOneRegistry ? Credential : null) };
        var throttle = to.ThrottleFor(name.Registry);
        StartCopy(
            text,
            new CopyRequest
            {
                Action = "Copy image",
                Activity = "Copying",
                Label = source.ToString(),
                Select = async token =>
                {
                    var root = await from.DescribeAsync(source.TagOrDigest!, token).ConfigureAwait(false);
                    PusherSession.Current.Saw(source);
                    return new ImageSelection(from, root);
                },
                Target = to.Repository(name),
                Name = name,
                OptionsFor = _ => new CopyOptions
                {
                    Compression = LayerCompression.None,
                    Platforms = _platforms,
                    IncludeReferrers = IncludeReferrers,
                    NoClobber = NoClobber,
                    Force = Force,
                    ExpectedDigest = expected,
                    ThrottleLimit = throttle,
                },
                Copier = PusherSession.Current.Copier(),
            },
            (result, _) =>
            {
                PusherSession.Current.Saw(result.Name);
                return Task.FromResult<object>(PushResults.Of(source.ToString(), result));
            });
    }
}
