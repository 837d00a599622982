using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.Bundles;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Registry;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Get-RegistryInventory: lists the images of a registry with the digests of their blobs.</summary>
[Cmdlet(VerbsCommon.Get, "RegistryInventory")]
[OutputType(typeof(RegistryInventoryEntry))]
public sealed class GetRegistryInventoryCommand : RegistryCatalogCommand
{
    private readonly ImageBlobs _blobs = new();

    private protected override void Process(string input, string registry, string path, ImageReference? name)
    {
        if (name is not null)
        {
            var repository = Access.Repository(name);
            Start(input, (pending, token) => ListAsync(repository, name, pending, token));
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
