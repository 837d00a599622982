using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Get-RegistryConnection: lists the connections that Connect-Registry made in this session.</summary>
[Cmdlet(VerbsCommon.Get, "RegistryConnection")]
[OutputType(typeof(RegistryConnection))]
public sealed class GetRegistryConnectionCommand : AsyncCommand
{
    /// <summary>Registries or wildcard patterns; all by default.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RegistryCompleter))]
    public string[] Registry { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var client = PusherSession.Current.Client;
        foreach (var text in Registry)
        {
            Try(text, () =>
            {
                var connections = client.Connections.Keys.ToHashSet();
                foreach (var registry in RegistryNames.Matching(text, connections).Where(connections.Contains))
                {
                    WriteObject(RegistryConnection.Of(client, registry));
                }
            });
        }
    }
}
