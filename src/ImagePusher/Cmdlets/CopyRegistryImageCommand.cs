using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Copy-RegistryImage: copies images from one registry to others, or within one.</summary>
[Cmdlet(VerbsCommon.Copy, "RegistryImage", SupportsShouldProcess = true)]
[OutputType(typeof(ImagePushResult), typeof(ImageCopyPlan))]
public sealed class CopyRegistryImageCommand : RegistryTransferCommand
{
    private readonly LibraryCheck _library = new();
    private DestinationSet _destinations = null!;
    private Requirements _requirements = null!;
    private TargetCopies? _copies;

    /// <summary>The images.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KnownReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>Registries, prefixes within one (end with '/'), or full names of targets.</summary>
    [Parameter(
        Mandatory = true, Position = 1,
        HelpMessage = "A registry (localhost:5000), a prefix (localhost:5000/team/) or a full name (localhost:5000/team/app:1.0)")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DestinationCompleter))]
    public string[] Destination { get; set; } = [];

    /// <summary>The tags of the copies, instead of those of the images.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [TagName]
    [ArgumentCompleter(typeof(KnownTagCompleter))]
    public string[] Tag { get; set; } = [];

    /// <summary>Scripts that must return true for an image, or it is not copied.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public ScriptBlock[] Require { get; set; } = [];

    /// <summary>Keep <c>library/</c> in the names of Docker Hub's official images.</summary>
    [Parameter]
    public SwitchParameter KeepLibrary { get; set; }

    /// <summary>The credential for the destination, to use instead of Connect-Registry and the configuration files.</summary>
    [Parameter]
    [Credential]
    public PSCredential? DestinationCredential { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _requirements = new Requirements(this, Require);
        _copies = new TargetCopies(this, Copies, ThrottleLimit);
        foreach (var text in Destination)
        {
            Require(text, () => DestinationRule.Parse(text));
        }

        _destinations = Require(Destination, () => DestinationSet.Parse(
            Destination, Tag, registry => LibraryCheck.Keeps(this, KeepLibrary, registry)));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var text in Lines.Read(Reference))
        {
            Try(text, () => Copy(text, References.Parse(text)));
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _copies?.Dispose();
    }

    private void Copy(string text, ImageReference source)
    {
        var targets = new List<DestinationName>();
        foreach (var (name, error) in _destinations.For(source, source.ToString()))
        {
            if (Try(text, () => _ = name ?? throw error!))
            {
                targets.Add(name!);
            }
        }

        // -PlainHttp applies to the destination: the credentials of the source must not be sent without TLS.
        var isOneRegistry = targets.Exists(target => target.Name.Registry == source.Registry);
        var image = new ResolvedImage((isOneRegistry ? Access : Access with { PlainHttp = null }).Repository(source), source);
        _copies!.Start(text, [.. targets.Select(target => CopyTo(image, target))], async (copies, token) =>
        {
            foreach (var copy in copies)
            {
                copy.PrefetchHead(token);
            }

            await image.ResolveAsync(token).ConfigureAwait(false);
            var options = copies[0].OptionsFor(image.Selection);
            if (copies.Count > 1)
            {
                // Several copies of an image that the policy rejects are one error.
                await Copies.VerifyAsync(image.Selection, options, token).ConfigureAwait(false);
            }

            await _requirements.CheckAsync(
                image.Selection, options, [.. copies.Select(copy => copy.Name)], token).ConfigureAwait(false);
        });
    }

    private (CopyRequest Copy, Func<CopyResult, CancellationToken, Task<object>> Output) CopyTo(
        ResolvedImage image, DestinationName destination)
    {
        var (name, expected, _) = destination;
        var to = Access with { Credential = DestinationCredential ?? (image.Reference.Registry == name.Registry ? Credential : null) };
        var prefetches = Require.Length == 0 && Copies.CanPrefetchHead(image.Reference, name, NoClobber, Force);
        var (target, throttle) = (to.Repository(name), to.ThrottleFor(name.Registry));
        var copy = new CopyRequest
        {
            Action = "Copy image",
            Activity = "Copying",
            Label = image.Reference.ToString(),
            Select = _ => Task.FromResult(image.Selection),
            Target = target,
            PrefetchHead = prefetches ? token => target.PrefetchHead(name, token) : static _ => { },
            Name = name,
            OptionsFor = _ => new CopyOptions
            {
                Compression = LayerCompression.None,
                Platforms = Platforms,
                IncludeReferrers = IncludeReferrers,
                NoClobber = NoClobber,
                Force = Force,
                ExpectedDigest = expected,
                ThrottleLimit = throttle,
            },
            Copier = PusherSession.Current.Copier(),
        };
        return (copy, OutputAsync);

        async Task<object> OutputAsync(CopyResult result, CancellationToken token)
        {
            PusherSession.Current.AddKnownReference(result.Name);
            await _library.RunAsync(destination, to, token).ConfigureAwait(false);
            return ImagePushResult.Of(image.Reference.ToString(), result);
        }
    }
}
