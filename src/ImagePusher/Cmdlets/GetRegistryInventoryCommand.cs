using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Bundles;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Registry;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Get-RegistryInventory: lists the images of a registry with the digests of their blobs.</summary>
[Cmdlet(VerbsCommon.Get, "RegistryInventory")]
[OutputType(typeof(RegistryInventoryEntry))]
public sealed class GetRegistryInventoryCommand : RegistryListCommand
{
    private readonly ImageBlobs _blobs = new();
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

    private bool IsWanted(string path) => _patterns is null || _patterns.Any(pattern => pattern.IsMatch(path));

    private void List(string input, string registry)
    {
        var (client, access) = (PusherSession.Current.Client, Access);
        foreach (var path in Each(token => client.GetRepositoriesAsync(registry, access.Request, token)).Where(IsWanted))
        {
            if (ImageReference.TryParse($"{registry}/{path}", out var name))
            {
                PusherSession.Current.SawRepository(name);
                var repository = access.Repository(name);
                Start(input, (pending, token) => ListAsync(repository, name, pending, token));
            }
        }
    }

    private async Task ListAsync(
        RegistryRepository repository, ImageReference name, PendingInput pending, CancellationToken cancellationToken)
    {
        await foreach (var tag in repository.GetTagsAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                var root = await repository.DescribeAsync(tag, cancellationToken).ConfigureAwait(false);
                var blobs = await _blobs.ListAsync(repository, root, cancellationToken).ConfigureAwait(false);
                pending.Write(RegistryInventoryEntry.Of(name.WithTag(tag), root, blobs));
            }
            catch (ImagePusherException error) when (error is not (RegistryUnreachableException or RegistryUnauthorizedException))
            {
                // An image that cannot be read is one error; the inventory has the others.
                pending.WriteError(error, name.WithTag(tag).ToString());
            }
        }
    }
}
