using System.Management.Automation;
using System.Text;
using ImagePusher.Binding;
using ImagePusher.Core.Inspection;
using ImagePusher.Core.Oci;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Get-ImageConfig: reads the configurations of images.</summary>
[Cmdlet(VerbsCommon.Get, "ImageConfig")]
[OutputType(typeof(ImageConfigInfo), typeof(string))]
public sealed class GetImageConfigCommand : InspectionCommand
{
    private IReadOnlyList<Platform> _platforms = [];

    /// <summary>The platforms of the images to read from an index.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string[]? Platform { get; set; }

    /// <summary>Read the images of all platforms of an index.</summary>
    [Parameter]
    public SwitchParameter AllPlatforms { get; set; }

    /// <summary>Write the unchanged text of the configuration.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _platforms = RequirePlatforms(Platform);

    private protected override void Process(ImageInput image) => Start(image.Input, (pending, token) => ReadAsync(image, pending, token));

    private async Task ReadAsync(ImageInput input, PendingInput pending, CancellationToken cancellationToken)
    {
        try
        {
            var selection = await input.SelectAsync(cancellationToken).ConfigureAwait(false);
            var chooser = new ImageChooser(selection, Log);
            var images = AllPlatforms
                ? await chooser.ChooseAllAsync(cancellationToken).ConfigureAwait(false)
                : await chooser.ChooseAsync(_platforms, cancellationToken).ConfigureAwait(false);
            foreach (var image in images)
            {
                var config = await image.ReadConfigAsync(cancellationToken).ConfigureAwait(false);
                pending.Write(Raw ? Encoding.UTF8.GetString(config.Raw) : ImageConfigInfo.Of(input.Reference, image, config));
            }
        }
        finally
        {
            input.Release?.Invoke();
        }
    }
}
