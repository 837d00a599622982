using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Import-ImageTar: tar to cache.</summary>
[Cmdlet(VerbsData.Import, "ImageTar", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(CachedImage), typeof(ImageCopyPlan))]
public sealed class ImportImageTarCommand : ImageTarCommand
{
    /// <summary>A new name for a single image, or a folder (ending with '/') for all.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Reference { get; set; }

    private protected override void Process(string input, ArchiveLease lease)
    {
        foreach (var (image, name) in ImportNames.Of(lease.Archive, Reference))
        {
            Import(input, lease, image, name);
        }
    }

    private void Import(string input, ArchiveLease lease, ArchivedImage image, ImageReference name)
    {
        var cache = PusherSession.Current.Cache();
        lease.Hold();
        var isStarted = StartCopy(
            input,
            new CopyRequest
            {
                Action = "Import image",
                Activity = "Importing",
                Label = lease.Archive.Path,
                Select = _ => Task.FromResult(SelectionOf(lease.Archive, image)),
                Target = cache,
                Name = name,
                OptionsFor = _ => OptionsFor(TransferLimits.DefaultBlobs),
                Copier = PusherSession.Current.Copier(cache),
                Release = lease.Release,
            },
            async (result, token) =>
            {
                var entry = await cache.FindAsync(result.Name.ToString(), token).ConfigureAwait(false);
                return await CachedImages.OfAsync(cache, entry!, token).ConfigureAwait(false);
            });
        if (!isStarted)
        {
            lease.Release();
        }
    }
}
