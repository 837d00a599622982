using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Get-LocalRegistry: the registries that this process serves.</summary>
[Cmdlet(VerbsCommon.Get, "LocalRegistry")]
[OutputType(typeof(LocalRegistryInfo))]
public sealed class GetLocalRegistryCommand : AsyncCommand
{
    /// <summary>Addresses or wildcards; all where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(LocalRegistryCompleter))]
    public string[] Registry { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var text in Registry)
        {
            Try(text, () =>
            {
                var pattern = Wildcards.Parse(text, WildcardOptions.IgnoreCase);
                foreach (var server in PusherSession.Current.LocalRegistries.All.Where(server => pattern.IsMatch(server.Address)))
                {
                    WriteObject(LocalRegistryInfo.Of(server));
                }
            });
        }
    }
}
