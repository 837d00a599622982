using System.Management.Automation;
using System.Text;
using ImagePusher.Binding;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Get-RegistryManifest: reads manifests and indexes.</summary>
[Cmdlet(VerbsCommon.Get, "RegistryManifest")]
[OutputType(typeof(RegistryManifest), typeof(string))]
public sealed class GetRegistryManifestCommand : RegistryImageCommand
{
    private IReadOnlyList<Platform> _platforms = [];

    /// <summary>The platform of the manifest to read from an index.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    /// <summary>Write the unchanged text of the manifest.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _platforms = RequirePlatforms(Platform is null ? null : [Platform]);

    private protected override void Process(string input, ImageReference reference)
    {
        var access = Access;
        Start(input, async (pending, token) =>
        {
            var manifest = await RegistryManifest.GetAsync(
                access.Repository(reference), reference, _platforms, token).ConfigureAwait(false);
            PusherSession.Current.AddKnownReference(reference);
            pending.Write(Raw ? Encoding.UTF8.GetString(manifest.Raw) : manifest);
        });
    }
}
