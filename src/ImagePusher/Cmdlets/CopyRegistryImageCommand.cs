using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Copy-RegistryImage: copies images from one registry to another, or within one.</summary>
[Cmdlet(VerbsCommon.Copy, "RegistryImage", SupportsShouldProcess = true)]
[OutputType(typeof(ImagePushResult), typeof(ImageCopyPlan))]
public sealed class CopyRegistryImageCommand : PushCommand
{
    /// <summary>The images.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(SeenReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>The credential for the destination, to use instead of Connect-Registry and the configuration files.</summary>
    [Parameter]
    [Credential]
    public PSCredential? DestinationCredential { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var text in Lines.Read(Reference))
        {
            Try(text, () => Copy(text, References.Parse(text)));
        }
    }

    private void Copy(string text, ImageReference source)
    {
        var destination = Targets.For(source, text, source.ToString());
        var (name, expected, _) = destination;
        var isOneRegistry = source.Registry == name.Registry;

        // -PlainHttp applies to the destination: the credentials of the source must not be sent without TLS.
        var from = (isOneRegistry ? Access : Access with { PlainHttp = null }).Repository(source);
        var to = Access with { Credential = DestinationCredential ?? (isOneRegistry ? Credential : null) };
        var throttle = to.ThrottleFor(name.Registry);
        Copies.Start(
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
                    return new ImageSelection(from, root) { Name = source };
                },
                Target = to.Repository(name),
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
            },
            async (result, token) =>
            {
                PusherSession.Current.Saw(result.Name);
                await Library.RunAsync(destination, to, token).ConfigureAwait(false);
                return ImagePushResult.Of(source.ToString(), result);
            });
    }
}
