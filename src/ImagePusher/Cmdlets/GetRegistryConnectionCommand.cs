using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Get-RegistryConnection: what Connect-Registry made in this session.</summary>
[Cmdlet(VerbsCommon.Get, "RegistryConnection")]
[OutputType(typeof(RegistryConnection))]
public sealed class GetRegistryConnectionCommand : AsyncCommand
{
    /// <summary>Registries or wildcards; all where none is given.</summary>
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
                var pattern = Wildcards.Parse(text, WildcardOptions.IgnoreCase);
                foreach (var registry in client.Connections.Keys.Where(pattern.IsMatch).Order(StringComparer.Ordinal))
                {
                    WriteObject(RegistryConnections.Of(client, registry));
                }
            });
        }
    }
}
