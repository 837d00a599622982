using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Push-ImageTar: tar to registry, streaming.</summary>
[Cmdlet(VerbsCommon.Push, "ImageTar", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(ImagePushResult), typeof(ImageCopyPlan))]
public sealed class PushImageTarCommand : ImageTarCommand
{
    private DestinationMap _destination = null!;

    /// <summary>A registry, a folder of one (ends with '/'), or the full name of the target.</summary>
    [Parameter(Mandatory = true, Position = 1, HelpMessage = "A registry (localhost:5000), a folder of one (localhost:5000/team/) or a full name (localhost:5000/team/app:1.0)")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DestinationCompleter))]
    public string Destination { get; set; } = "";

    /// <summary>Who asks; in place of what Connect-Registry and the config files say.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>Talk plain http to the registry.</summary>
    [Parameter]
    public SwitchParameter PlainHttp { get; set; }

    /// <summary>How many blobs, and how many images, are on their way at once.</summary>
    [Parameter]
    [ValidateQuantity(1, 64, "how many blobs may be on their way at once")]
    public int ThrottleLimit { get; set; } = TransferLimits.DefaultBlobs;

    /// <summary>How often a failed request is repeated.</summary>
    [Parameter]
    [ValidateQuantity(0, 100, "how often a failed request is repeated")]
    public int MaximumRetryCount { get; set; }

    /// <summary>The seconds before the first repetition; they double each time.</summary>
    [Parameter]
    [ValidateQuantity(0, 3600, "the seconds before the first repetition")]
    public int RetryIntervalSec { get; set; }

    /// <inheritdoc/>
    protected override int Window => ThrottleLimit;

    /// <summary>How this call reaches registries.</summary>
    private RegistryAccess Access => new()
    {
        Credential = Credential,
        PlainHttp = IsBound(nameof(PlainHttp)) ? PlainHttp.IsPresent : null,
        ThrottleLimit = IsBound(nameof(ThrottleLimit)) ? ThrottleLimit : null,
        MaximumRetryCount = IsBound(nameof(MaximumRetryCount)) ? MaximumRetryCount : null,
        RetryIntervalSec = IsBound(nameof(RetryIntervalSec)) ? RetryIntervalSec : null,
        Log = Log,
    };

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _destination = Require(Destination, () => DestinationMap.Parse(Destination));
    }

    private protected override void Process(string input, ArchiveLease lease)
    {
        // All names are mapped before the first byte is sent. An image without a usable name does not stop the others.
        var images = lease.Archive.Images.SelectMany(image => image.Names.Select(name => (Image: image, Name: name))).ToList();
        var targets = _destination.ForAll([.. images.Select(image => ((ImageReference?)image.Name, image.Name.ToString(), image.Image.Root.Digest.ToString()))]);
        foreach (var (image, target) in images.Zip(targets))
        {
            Try(input, () => Push(input, lease, image.Image, target.Name ?? throw target.Error!));
        }
    }

    private void Push(string input, ArchiveLease lease, ArchivedImage image, DestinationName destination)
    {
        var (name, expected, _) = destination;
        var throttle = Access.ThrottleFor(name.Registry);
        lease.Hold();
        var isStarted = StartCopy(
            input,
            new CopyRequest
            {
                Action = "Push image",
                Activity = "Pushing",
                Label = lease.Archive.Path,
                Select = _ => Task.FromResult(SelectionOf(lease.Archive, image)),
                Target = Access.Repository(name),
                Name = name,
                OptionsFor = _ => OptionsFor(throttle, expected),
                Copier = PusherSession.Current.Copier(),
                Release = lease.Release,
            },
            (result, _) =>
            {
                PusherSession.Current.Saw(result.Name);
                return Task.FromResult<object>(PushResults.Of(lease.Archive.Path, result));
            });
        if (!isStarted)
        {
            lease.Release();
        }
    }
}
