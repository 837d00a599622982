using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Bundles;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Registry.Blobs;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Push-ImageTar: copies images from an archive to a registry.</summary>
[Cmdlet(VerbsCommon.Push, "ImageTar", SupportsShouldProcess = true, DefaultParameterSetName = ArchiveInput.PathSet)]
[OutputType(typeof(ImagePushResult), typeof(ImageCopyPlan))]
public sealed class PushImageTarCommand : PushCommand
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

    /// <summary>The folder of the cache, which may have what an archive omits.</summary>
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
        if (!TryCache(CachePath, out _cache))
        {
            return;
        }

        var paths = ParameterSetName == ArchiveInput.LiteralPathSet ? LiteralPath : Path;
        _input.Process(paths, Image, Targets.UsesSourceNames, PushAll);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        _input.ProcessBundles(Image, PushAll);
        base.EndProcessing();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _input?.Dispose();
    }

    private void PushAll(string input, SharedArchive shared, IReadOnlyList<(ArchivedImage Image, ImageReference Name)> selected)
    {
        // All names are mapped before the first byte is sent. An image without a usable name does not stop the others.
        var targets = Targets.ForAll(
            [.. selected.Select(pair => ((ImageReference?)pair.Name, pair.Name.ToString(), pair.Image.Root.Digest.ToString()))]);
        foreach (var (pair, target) in selected.Zip(targets))
        {
            Try(input, () => Push(input, shared, pair, target.Name ?? throw target.Error!));
        }
    }

    private void Push(
        string input, SharedArchive shared, (ArchivedImage Image, ImageReference Name) image, DestinationName destination)
    {
        var (name, expected, _) = destination;
        var access = Access;
        var throttle = access.ThrottleFor(name.Registry);
        var (cache, repository, mayMount) = (_cache!, access.Repository(name), !PlanOnly && !IsWhatIf);
        shared.Hold();
        Copies.Start(
            input,
            new CopyRequest
            {
                Action = "Push image",
                Activity = "Pushing",
                Label = shared.Archive.Path,
                Select = _ => Task.FromResult(ArchiveInput.SelectionOf(
                    shared.Bundle, image, (bundle, own) => new SparseSource(bundle, own, cache, repository)
                    {
                        PlacesOf = holder => Targets.PlaceOf(holder) is { } place ? [place, holder] : [holder],
                        MayMount = mayMount,
                        HasAsync = (place, blob, token) => MountCandidates.StoreOf(place.Registry) == MountCandidates.StoreOf(name.Registry)
                            ? HasAsync(access.Repository(place), blob, token) : Task.FromResult(false),
                    })),
                Target = repository,
                Name = name,
                OptionsFor = _ => _layers.CopyOptions with
                {
                    Platforms = Platforms,
                    IncludeReferrers = IncludeReferrers,
                    Force = Force,
                    NoClobber = NoClobber,
                    ExpectedDigest = expected,
                    ThrottleLimit = throttle,
                },
                Copier = PusherSession.Current.Copier(),
                Release = shared.Release,
            },
            async (result, token) =>
            {
                PusherSession.Current.AddKnownReference(result.Name);
                await Library.RunAsync(destination, access, token).ConfigureAwait(false);
                return ImagePushResult.Of(shared.Archive.Path, result);
            });
    }

    // A blob that cannot be read cannot be mounted either.
    private static async Task<bool> HasAsync(RegistryRepository repository, Descriptor blob, CancellationToken cancellationToken)
    {
        try
        {
            return await repository.HasBlobAsync(blob, cancellationToken).ConfigureAwait(false);
        }
        catch (RegistryException)
        {
            return false;
        }
    }
}
