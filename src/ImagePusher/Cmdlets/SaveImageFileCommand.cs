using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Inspection;
using ImagePusher.Core.Oci;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Save-ImageFile: writes files of an image to a tar or a folder.</summary>
[Cmdlet(VerbsData.Save, "ImageFile", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo), typeof(DirectoryInfo))]
public sealed class SaveImageFileCommand : ImageSourceCommand
{
    private IReadOnlyList<Platform> _platforms = [];
    private FileSelection _selection = FileSelection.All;
    private string _target = "";
    private CopyPolicies _policies = null!;

    /// <summary>The tar or folder to write.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The files: paths or wildcard patterns.</summary>
    [Parameter(Position = 2)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Include { get; set; }

    /// <summary>The files to omit: paths or wildcard patterns.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Exclude { get; set; }

    /// <summary>A tar or a folder.</summary>
    [Parameter]
    public ImageFileFormat Format { get; set; }

    /// <summary>Image archives or OCI layout directories to read, without wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName", "LP")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageTarCompleter))]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The images of an archive to select: names, digests or wildcard patterns.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ArchivedImageCompleter))]
    public string[]? Image { get; set; }

    /// <summary>The platform of the image to read from an index.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    /// <inheritdoc cref="TransferCommand.SignaturePolicy"/>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PolicyCompleter))]
    public string? SignaturePolicy { get; set; }

    /// <summary>Replace an existing tar, and existing files in a folder.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Replace nothing, even with -Force.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    private protected override string[] ArchivePaths => LiteralPath;

    private protected override bool ArchivePathsAreLiteral => true;

    private protected override string[]? ArchivedImages => Image;

    // Two images of one call do not write into one target at once.
    /// <inheritdoc/>
    protected override int Window => 1;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _platforms = RequirePlatforms(Platform is null ? null : [Platform]);
        _selection = Require(Include, () => FileSelectionParser.Parse(Include, Exclude));
        _target = Require(Path, () => PathResolver.Target(this, Path));
        _policies = CopyPolicies.Of(this, SignaturePolicy);
    }

    private protected override void Process(ImageInput image)
    {
        if (ShouldProcess(_target, $"Save files of {image.Reference}"))
        {
            Start(image.Input, (pending, token) => SaveAsync(image, pending, token));
        }
        else
        {
            image.Release?.Invoke();
        }
    }

    private async Task SaveAsync(ImageInput input, PendingInput pending, CancellationToken cancellationToken)
    {
        try
        {
            // An existing target is found before anything is read.
            var target = Open();
            await using (target.ConfigureAwait(false))
            {
                var selection = await input.SelectAsync(cancellationToken).ConfigureAwait(false);
                var image = await new ImageChooser(selection, Log)
                    .ChooseOneAsync(_platforms, cancellationToken).ConfigureAwait(false);
                await _policies.VerifyAsync(selection, image.Manifest, cancellationToken).ConfigureAwait(false);
                var index = new LayerIndex(hashesContent: false, new EarlyContent(_selection, target));
                var files = await ImageFiles.ReadAsync(image, _selection, index, Log, cancellationToken).ConfigureAwait(false);
                foreach (var path in files.Missing)
                {
                    pending.WriteError(GetImageFileCommand.MissingFile(input.Reference, path), path);
                }

                if (files.Selected.Count == 0 && files.Missing.Count == 0 && Include is not null)
                {
                    pending.WriteError(GetImageFileCommand.MissingFile(input.Reference, string.Join("', '", Include)), Include);
                }
                else if (files.Selected.Count > 0 || files.Missing.Count == 0)
                {
                    await new FileSaver(files, target, Log).SaveAsync(cancellationToken).ConfigureAwait(false);

                    // From the provider, the item has the properties that Get-Item adds.
                    pending.Do(cmdlet => cmdlet.WriteObject(
                        cmdlet.InvokeProvider.Item.Get([_target], force: true, literalPath: true), enumerateCollection: true));
                }
            }
        }
        finally
        {
            input.Release?.Invoke();
        }
    }

    private IFileTarget Open()
    {
        var overwrite = Force && !NoClobber;
        return Format is ImageFileFormat.Tar
            || (Format is ImageFileFormat.Auto && _target.EndsWith(".tar", StringComparison.OrdinalIgnoreCase))
            ? new TarTarget(_target, overwrite)
            : new FolderTarget(_target, overwrite);
    }
}
