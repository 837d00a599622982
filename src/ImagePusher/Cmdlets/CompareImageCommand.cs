using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Inspection;
using ImagePusher.Core.Oci;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Compare-Image: compares two images.</summary>
[Cmdlet(VerbsData.Compare, "Image")]
[OutputType(typeof(ImageDifferenceInfo))]
public sealed class CompareImageCommand : RegistryCommand
{
    private IReadOnlyList<Platform> _platforms = [];

    /// <summary>The image to compare with: a reference, an archive, a cached image.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(KnownReferenceCompleter))]
    public object ReferenceImage { get; set; } = "";

    /// <summary>The image to compare: a reference, an archive, a cached image.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(KnownReferenceCompleter))]
    public object DifferenceImage { get; set; } = "";

    /// <summary>Compare the files, too.</summary>
    [Parameter]
    public SwitchParameter File { get; set; }

    /// <summary>Write what both images have, too.</summary>
    [Parameter]
    public SwitchParameter IncludeEqual { get; set; }

    /// <summary>The platform of the images to read from indexes.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _platforms = RequirePlatforms(Platform is null ? null : [Platform]);

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(DifferenceImage, () =>
    {
        var reference = ImageOperand.Of(this, ReferenceImage, Access);
        var difference = ImageOperand.Of(this, DifferenceImage, Access);
        Start(DifferenceImage, (pending, token) => CompareAsync(reference, difference, pending, token));
    });

    private async Task CompareAsync(
        ImageOperand reference, ImageOperand difference, PendingInput pending, CancellationToken cancellationToken)
    {
        await using (reference.ConfigureAwait(false))
        await using (difference.ConfigureAwait(false))
        {
            var comparer = new ImageComparer(
                await ChooseAsync(reference, cancellationToken).ConfigureAwait(false),
                await ChooseAsync(difference, cancellationToken).ConfigureAwait(false));
            Write(pending, await comparer.CompareAsync(cancellationToken).ConfigureAwait(false));
            if (File)
            {
                Write(pending, await comparer.CompareFilesAsync(Log, cancellationToken).ConfigureAwait(false));
            }
        }
    }

    private async Task<InspectedImage> ChooseAsync(ImageOperand operand, CancellationToken cancellationToken) =>
        await new ImageChooser(await operand.SelectAsync(Log, cancellationToken).ConfigureAwait(false), Log)
            .ChooseOneAsync(_platforms, cancellationToken).ConfigureAwait(false);

    private void Write(PendingInput pending, IEnumerable<ImageDifference> differences)
    {
        foreach (var difference in differences.Where(difference => IncludeEqual || difference.Side != 0))
        {
            pending.Write(ImageDifferenceInfo.Of(difference));
        }
    }
}
