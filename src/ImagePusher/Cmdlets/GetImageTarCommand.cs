using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Get-ImageTar: lists the images of an archive and imports nothing.</summary>
[Cmdlet(VerbsCommon.Get, "ImageTar", DefaultParameterSetName = ArchiveInput.PathSet)]
[OutputType(typeof(ImageTarEntry))]
public sealed class GetImageTarCommand : AsyncCommand
{
    /// <summary>Image archives or OCI layout directories; wildcards are permitted; '-' is standard input.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ArchiveInput.PathSet, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageTarCompleter))]
    public string[] Path { get; set; } = [];

    /// <summary>Image archives or OCI layout directories, without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ArchiveInput.LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName", "LP")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageTarCompleter))]
    public string[] LiteralPath { get; set; } = [];

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
        foreach (var (input, file) in new ArchiveInput(this).Files(ParameterSetName == ArchiveInput.LiteralPathSet ? LiteralPath : Path))
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
