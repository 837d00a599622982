using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Inspection;
using ImagePusher.Core.Oci;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Get-ImageFile: lists the files of images.</summary>
[Cmdlet(VerbsCommon.Get, "ImageFile")]
[OutputType(typeof(ImageFileInfo))]
public sealed class GetImageFileCommand : InspectionCommand
{
    private IReadOnlyList<Platform> _platforms = [];
    private FileSelection _selection = FileSelection.All;

    /// <summary>The files: paths or wildcard patterns.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Include { get; set; }

    /// <summary>The files to omit: paths or wildcard patterns.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Exclude { get; set; }

    /// <summary>The platform of the image to read from an index.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _platforms = RequirePlatforms(Platform is null ? null : [Platform]);
        _selection = Require(Include, () => FileSelectionParser.Parse(Include, Exclude));
    }

    private protected override void Process(ImageInput image) => Start(image.Input, (pending, token) => ListAsync(image, pending, token));

    private async Task ListAsync(ImageInput input, PendingInput pending, CancellationToken cancellationToken)
    {
        try
        {
            var image = await new ImageChooser(await input.SelectAsync(cancellationToken).ConfigureAwait(false), Log)
                .ChooseOneAsync(_platforms, cancellationToken).ConfigureAwait(false);
            var files = await ImageFiles.ReadAsync(image, _selection, new LayerIndex(hashesContent: false), Log, cancellationToken)
                .ConfigureAwait(false);
            foreach (var node in files.Selected)
            {
                pending.Write(ImageFileInfo.Of(input.Reference, files, node));
            }

            foreach (var path in files.Missing)
            {
                pending.WriteError(MissingFile(input.Reference, path), path);
            }
        }
        finally
        {
            input.Release?.Invoke();
        }
    }

    /// <summary>The error for a path that an image does not have.</summary>
    internal static PathNotFoundException MissingFile(string reference, string path) =>
        new($"The image {reference} has no file '{path}'.", "Check the path; it starts at the root of the image and is case-sensitive.");
}
