using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Disconnect-Registry: forgets a registry's credentials and tokens.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "Registry", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class DisconnectRegistryCommand : AsyncCommand
{
    /// <summary>The registries.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RegistryCompleter))]
    public string[] Registry { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var text in Registry)
        {
            Try(text, () =>
            {
                var registry = RegistryNames.Parse(text);
                if (ShouldProcess(registry, "Forget the credentials") && !PusherSession.Current.Client.Disconnect(registry))
                {
                    throw new RegistryUnauthorizedException($"This session has no connection to {registry}.", "See the connections with Get-RegistryConnection.");
                }
            });
        }
    }
}
