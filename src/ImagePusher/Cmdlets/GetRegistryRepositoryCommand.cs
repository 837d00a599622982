using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Naming;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Get-RegistryRepository: lists the repositories of a registry.</summary>
[Cmdlet(VerbsCommon.Get, "RegistryRepository")]
[OutputType(typeof(RegistryRepositoryInfo))]
public sealed class GetRegistryRepositoryCommand : RegistryListCommand
{
    private IReadOnlyCollection<WildcardPattern>? _filter;

    /// <summary>The registries.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RegistryCompleter))]
    public string[] Registry { get; set; } = [];

    /// <summary>Only repositories whose path matches one of these wildcard patterns.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Filter { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _filter = RequireWildcards(Filter);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var text in Registry)
        {
            Try(text, () => List(RegistryNames.Parse(text)));
        }
    }

    private void List(string registry)
    {
        var (client, request) = (PusherSession.Current.Client, Access.Request);
        foreach (var path in Each(token => client.GetRepositoriesAsync(registry, request, token)))
        {
            if (_filter?.Any(pattern => pattern.IsMatch(path)) == false)
            {
                continue;
            }

            if (ImageReference.TryParse($"{registry}/{path}", out var name))
            {
                PusherSession.Current.SawRepository(name);
            }

            WriteObject(RegistryRepositoryInfo.Of(registry, path, name));
        }
    }
}
