using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Discovery;
using ImagePusher.Core.Discovery.Formats;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Find-ImageReference: finds the images that files name.</summary>
[Cmdlet(VerbsCommon.Find, "ImageReference", DefaultParameterSetName = ArchiveInput.PathSet)]
[OutputType(typeof(ImageReferenceMatch))]
public sealed class FindImageReferenceCommand : AsyncCommand
{
    private readonly ReferenceFiles _files;
    private ScanOptions _options = new();

    /// <summary>Creates the cmdlet.</summary>
    public FindImageReferenceCommand() => _files = new ReferenceFiles(this);

    /// <summary>Files or folders; wildcards are permitted.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ArchiveInput.PathSet, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Files or folders, without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ArchiveInput.LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Search the folders below a folder too.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>The kind of the files; by default determined from their names and content.</summary>
    [Parameter]
    [ValidateSet(
        ReferenceKinds.Kubernetes, ReferenceKinds.HelmChart, ReferenceKinds.ImageLock, ReferenceKinds.Compose, ReferenceKinds.Dockerfile,
        ReferenceKinds.GitHubActions, ReferenceKinds.AzurePipelines, ReferenceKinds.List, ReferenceKinds.Yaml)]
    public string? Kind { get; set; }

    /// <summary>Paths to further values that name images, such as <c>spec.image</c> of a custom resource.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? ImagePath { get; set; }

    /// <summary>A file with the variables of compose files, such as <c>.env</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? EnvironmentFile { get; set; }

    /// <inheritdoc/>
    protected override int Window => Environment.ProcessorCount;

    /// <inheritdoc/>
    protected override void BeginProcessing() => _options = _files.Options(Kind, ImagePath, EnvironmentFile);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var isLiteral = ParameterSetName == ArchiveInput.LiteralPathSet;
        foreach (var (_, file) in _files.Select(isLiteral ? LiteralPath : Path, isLiteral, Recurse))
        {
            Start(file, (pending, token) =>
            {
                var scan = ReferenceScan.Read(file, _options);
                pending.Do(_ => _files.Report(scan));
                foreach (var found in scan.Found)
                {
                    pending.Write(ImageReferenceMatch.Of(scan.Source, found));
                }

                return Task.CompletedTask;
            });
        }
    }
}
