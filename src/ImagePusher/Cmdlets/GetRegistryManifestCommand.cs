using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Get-RegistryManifest.</summary>
[Cmdlet(VerbsCommon.Get, "RegistryManifest")]
[OutputType(typeof(RegistryManifest), typeof(string))]
public sealed class GetRegistryManifestCommand : RegistryCommand
{
    private IReadOnlyList<Platform> _platforms = [];

    /// <summary>The images.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SeenReferenceCompleter))]
    public string[] Reference { get; set; } = [];

    /// <summary>The platform whose manifest is wanted, of an index.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    /// <summary>Write the manifest's text as it is.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _platforms = RequirePlatforms(Platform is null ? null : [Platform]);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var text in Reference)
        {
            Try(text, () =>
            {
                var (reference, access) = (ImageReference.Parse(text), Access);
                Start(text, async (pending, token) =>
                {
                    var manifest = await RegistryManifests.GetAsync(access.Repository(reference), reference, _platforms, token).ConfigureAwait(false);
                    PusherSession.Current.Saw(reference);
                    pending.Write(Raw ? System.Text.Encoding.UTF8.GetString(manifest.Raw) : manifest);
                });
            });
        }
    }
}
