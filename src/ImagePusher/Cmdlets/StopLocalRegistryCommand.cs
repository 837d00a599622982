using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Stop-LocalRegistry.</summary>
[Cmdlet(VerbsLifecycle.Stop, "LocalRegistry", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class StopLocalRegistryCommand : AsyncCommand
{
    /// <summary>The addresses; all local registries of this process where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LocalRegistryCompleter))]
    public string[]? Registry { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var servers = PusherSession.Current.LocalRegistries;
        foreach (var address in Registry ?? [.. servers.All.Select(server => server.Address)])
        {
            if (ShouldProcess(address, "Stop local registry"))
            {
                Try(address, () =>
                {
                    if (!Await(_ => servers.StopAsync(address)))
                    {
                        throw new RegistryUnreachableException($"This process serves no registry at {address}.", "See what it serves with Get-LocalRegistry.");
                    }
                });
            }
        }
    }
}
