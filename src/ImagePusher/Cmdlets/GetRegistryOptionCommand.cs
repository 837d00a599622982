using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Get-RegistryOption: shows how this session accesses registries.</summary>
[Cmdlet(VerbsCommon.Get, "RegistryOption")]
[OutputType(typeof(RegistryOption))]
public sealed class GetRegistryOptionCommand : AsyncCommand
{
    /// <summary>The registries; by default the default options and all registries with their own options.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RegistryCompleter))]
    public string[]? Registry { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var client = PusherSession.Current.Client;
        if (Registry is null)
        {
            WriteObject(RegistryOption.Of(RegistryNames.Default, client.DefaultSettings));
            foreach (var (registry, settings) in client.ConfiguredRegistries.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                WriteObject(RegistryOption.Of(registry, settings));
            }

            return;
        }

        foreach (var text in Registry)
        {
            Try(text, () =>
            {
                var registry = text == RegistryNames.Default ? text : RegistryNames.Parse(text);
                WriteObject(RegistryOption.Of(
                    registry, text == registry && text == RegistryNames.Default ? client.DefaultSettings : client.GetSettings(registry)));
            });
        }
    }
}
