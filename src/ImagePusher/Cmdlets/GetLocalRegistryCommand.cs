using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Get-LocalRegistry: lists the registries that this process serves.</summary>
[Cmdlet(VerbsCommon.Get, "LocalRegistry")]
[OutputType(typeof(LocalRegistryInfo))]
public sealed class GetLocalRegistryCommand : AsyncCommand
{
    /// <summary>Addresses or wildcard patterns; all by default.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(LocalRegistryCompleter))]
    public string[] Registry { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var servers = PusherSession.Current.LocalRegistries.All.ToDictionary(server => server.Address);
        foreach (var text in Registry)
        {
            Try(text, () =>
            {
                foreach (var address in RegistryNames.Matching(text, servers.Keys).Where(servers.ContainsKey))
                {
                    WriteObject(LocalRegistryInfo.Of(servers[address]));
                }
            });
        }
    }
}
