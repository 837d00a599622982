using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Naming;
using ImagePusher.Session;

namespace ImagePusher.Pipeline;

/// <summary>A cmdlet that processes the repositories of registries.</summary>
public abstract class RegistryCatalogCommand : RegistryListCommand
{
    private IReadOnlyCollection<WildcardPattern>? _patterns;

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
    protected override void BeginProcessing() => _patterns = RequireWildcards(Filter);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var text in Registry)
        {
            Try(text, () => List(text, RegistryNames.Parse(text)));
        }
    }

    /// <summary>Processes a repository; its name is null if a reference cannot contain the path.</summary>
    private protected abstract void Process(string input, string registry, string path, ImageReference? name);

    private void List(string input, string registry)
    {
        var (client, request) = (PusherSession.Current.Client, Access.Request);
        foreach (var path in Each(token => client.GetRepositoriesAsync(registry, request, static () => { }, token)))
        {
            if (_patterns?.Any(pattern => pattern.IsMatch(path)) == false)
            {
                continue;
            }

            if (ImageReference.TryParse($"{registry}/{path}", out var name))
            {
                PusherSession.Current.AddKnownRepository(name);
            }

            Process(input, registry, path, name);
        }
    }
}
