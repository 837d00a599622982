using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Get-ImageTar: lists the images of an archive and imports nothing.</summary>
[Cmdlet(VerbsCommon.Get, "ImageTar", DefaultParameterSetName = ArchiveInput.PathSet)]
[OutputType(typeof(ImageTarEntry))]
public sealed class GetImageTarCommand : ArchiveCommand
{
    /// <summary>The images to select: names, digests or wildcard patterns.</summary>
    [Parameter(ParameterSetName = ArchiveInput.PathSet)]
    [Parameter(ParameterSetName = ArchiveInput.LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ArchivedImageCompleter))]
    public string[]? Image { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var selector = Require(Image, () => new ImageSelector(Image));
        foreach (var (input, file) in Files())
        {
            Start(input, (pending, token) => ReadAsync(file, selector, pending, token));
        }
    }

    private async Task ReadAsync(string file, ImageSelector selector, PendingInput pending, CancellationToken cancellationToken)
    {
        var archive = await Archives.OpenAsync(file, Log, needsNames: true, cancellationToken).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
        {
            foreach (var (image, name) in selector.Select(archive, (text, error) => pending.WriteError(error, text), allowsNoMatch: true))
            {
                pending.Write(ImageTarEntry.Of(archive, image, name));
            }

            archive.Failures.ToList().ForEach(failure => pending.WriteError(failure));
        }
    }
}
