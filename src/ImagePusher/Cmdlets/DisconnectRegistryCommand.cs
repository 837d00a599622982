using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Disconnect-Registry: removes credentials and tokens of registries from this session.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "Registry", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class DisconnectRegistryCommand : AsyncCommand
{
    /// <summary>The registries; wildcards are permitted.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RegistryCompleter))]
    public string[] Registry { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var client = PusherSession.Current.Client;
        foreach (var text in Registry)
        {
            Try(text, () =>
            {
                foreach (var registry in RegistryNames.Matching(text, client.Connections.Keys))
                {
                    if (ShouldProcess(registry, "Remove the credentials") && !client.Disconnect(registry))
                    {
                        throw new NotConnectedException(
                            $"This session has no connection to {registry}.", "Get-RegistryConnection lists the connections.");
                    }
                }
            });
        }
    }
}
