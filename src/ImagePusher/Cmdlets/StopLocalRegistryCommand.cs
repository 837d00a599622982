using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Stop-LocalRegistry: stops registries that this process serves.</summary>
[Cmdlet(VerbsLifecycle.Stop, "LocalRegistry", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class StopLocalRegistryCommand : AsyncCommand
{
    /// <summary>Addresses or wildcard patterns; all local registries of this process by default.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(LocalRegistryCompleter))]
    public string[] Registry { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var servers = PusherSession.Current.LocalRegistries;
        foreach (var text in Registry)
        {
            Try(text, () =>
            {
                foreach (var address in RegistryNames.Matching(text, servers.All.Select(server => server.Address)))
                {
                    if (ShouldProcess(address, "Stop local registry") && !Await(_ => servers.StopAsync(address)))
                    {
                        throw new NotConnectedException(
                            $"This process serves no registry at {address}.", "Get-LocalRegistry lists the registries that it serves.");
                    }
                }
            });
        }
    }
}
