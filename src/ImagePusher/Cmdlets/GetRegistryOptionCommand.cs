using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Get-RegistryOption: how this session talks to registries.</summary>
[Cmdlet(VerbsCommon.Get, "RegistryOption")]
[OutputType(typeof(RegistryOption))]
public sealed class GetRegistryOptionCommand : AsyncCommand
{
    /// <summary>The registries; without one, the default and every registry that has options of its own.</summary>
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
            WriteObject(RegistryOptionObjects.Of(RegistryNames.Default, client.DefaultSettings));
            foreach (var (registry, options) in client.ConfiguredRegistries.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                WriteObject(RegistryOptionObjects.Of(registry, options));
            }

            return;
        }

        foreach (var text in Registry)
        {
            Try(text, () => WriteObject(text == RegistryNames.Default
                ? RegistryOptionObjects.Of(text, client.DefaultSettings)
                : RegistryOptionObjects.Of(RegistryNames.Parse(text), client.GetSettings(RegistryNames.Parse(text)))));
        }
    }
}
