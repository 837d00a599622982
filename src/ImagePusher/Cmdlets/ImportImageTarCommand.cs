using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Bundles;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Import-ImageTar: copies images from an archive to the cache.</summary>
[Cmdlet(VerbsData.Import, "ImageTar", SupportsShouldProcess = true, DefaultParameterSetName = ArchiveInput.PathSet)]
[OutputType(typeof(CachedImage), typeof(ImageCopyPlan))]
public sealed class ImportImageTarCommand : TransferCommand
{
    private ArchiveInput _input = null!;
    private ImageCache? _cache;
    private LayerOptions _layers = null!;

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

    /// <summary>A new name for a single image, or a prefix (ends with '/') for all.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Reference { get; set; }

    /// <summary>The treatment of uncompressed layers.</summary>
    [Parameter]
    public LayerCompression Compression { get; set; }

    /// <summary>The compression level: gzip 1 to 9, zstd 1 to 19.</summary>
    [Parameter]
    [ValidateQuantity(1, 19, "the level of gzip (1 to 9) or of zstd (1 to 19)")]
    public int CompressionLevel { get; set; }

    /// <summary>The manifest format for a docker archive.</summary>
    [Parameter]
    public ManifestFormat ManifestFormat { get; set; }

    /// <summary>The folder of the cache.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? CachePath { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _input = new ArchiveInput(this, joinsParts: true);
        _layers = new LayerOptions(Compression, IsBound(nameof(CompressionLevel)) ? CompressionLevel : null, ManifestFormat);
        Require<object?>(CompressionLevel, () => { _layers.Validate(); return null; });
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!TryCache(CachePath, out var cache))
        {
            return;
        }

        var paths = ParameterSetName == ArchiveInput.LiteralPathSet ? LiteralPath : Path;
        _cache = cache;
        _input.Process(paths, Image, needsNames: Reference is null or [.., '/'], ImportAll);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        _input.ProcessBundles(Image, ImportAll);
        base.EndProcessing();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _input?.Dispose();
    }

    private void ImportAll(string input, SharedArchive shared, IReadOnlyList<(ArchivedImage Image, ImageReference Name)> selected)
    {
        foreach (var (source, target) in selected.Zip(ImportNames.Of(shared.Archive.Path, selected, Reference)))
        {
            Import(input, _cache!, shared, source, target.Name);
        }
    }

    private void Import(
        string input, ImageCache cache, SharedArchive shared, (ArchivedImage Image, ImageReference Name) source, ImageReference name)
    {
        shared.Hold();
        Copies.Start(
            input,
            new CopyRequest
            {
                Action = "Import image",
                Activity = "Importing",
                Label = shared.Archive.Path,
                Select = _ => Task.FromResult(ArchiveInput.SelectionOf(
                    shared.Bundle, source, (bundle, own) => new SparseSource(bundle, own, cache, cache))),
                Target = cache,
                Name = name,
                OptionsFor = _ => _layers.CopyOptions with
                {
                    Platforms = Platforms,
                    IncludeReferrers = IncludeReferrers,
                    Force = Force,
                    NoClobber = NoClobber,
                },
                Copier = PusherSession.Current.Copier(),
                Release = shared.Release,
            },
            async (result, token) => await CachedImage.FindAsync(cache, result.Name.ToString(), token).ConfigureAwait(false));
    }
}
